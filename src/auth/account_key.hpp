#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/text.hpp"

namespace lazulite {

/// A key of an account, its HMAC prepared. The text form goes into connection strings and never into a log.
class AccountKey {
  public:
    /// Nothing when `base64` is not base64.
    [[nodiscard]] static std::optional<AccountKey> parse(std::string_view base64) {
        const auto bytes = base64_decode(base64);
        if (!bytes) return std::nullopt;
        return AccountKey(std::string(base64), HmacSha256(as_bytes(*bytes)));
    }
    [[nodiscard]] const std::string& text() const { return text_; }
    /// Whether `signature` (32 bytes) is this key's over `message`; in constant time.
    [[nodiscard]] bool signed_by(std::string_view message, ByteView signature) const {
        return equal_in_constant_time(hmac_.sign(message), signature);
    }
    [[nodiscard]] std::string sign(std::string_view message) const { return base64_encode(hmac_.sign(message)); }

  private:
    AccountKey(std::string text, HmacSha256 hmac) : text_(std::move(text)), hmac_(std::move(hmac)) {}

    std::string text_;
    HmacSha256 hmac_;
};

}  // namespace lazulite
