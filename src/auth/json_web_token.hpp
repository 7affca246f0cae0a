#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/hash.hpp"

namespace lazulite {

/// Base64 for URLs, without padding (RFC 4648, section 5). Decoding takes padding, too.
[[nodiscard]] std::string base64url_encode(ByteView bytes);
[[nodiscard]] std::optional<std::string> base64url_decode(std::string_view text);

/// As tokens count time: seconds since 1970.
[[nodiscard]] inline std::int64_t unix_seconds(Instant when) {
    return std::chrono::duration_cast<std::chrono::seconds>(when.time_since_epoch()).count();
}

/// A JSON web token in its compact form, read but not believed (RFC 7519).
struct JsonWebToken {
    nlohmann::json header;         ///< an object; empty where it cannot be read
    nlohmann::json claims;         ///< an object
    std::string_view signed_part;  ///< of the text it was parsed from
    std::string signature;         ///< empty where it cannot be read

    /// Nothing where the text is not three parts, the second of them a JSON object in base64. A token whose signature
    /// nobody verifies needs no more.
    [[nodiscard]] static std::optional<JsonWebToken> parse(std::string_view text);
    /// Empty where there is no such claim, or it is no text.
    [[nodiscard]] std::string text(const char* claim) const;
    [[nodiscard]] std::string header_text(const char* name) const;
    /// Of a claim in seconds since 1970; nothing where it is absent or no time before the year 10000.
    [[nodiscard]] std::optional<Instant> time(const char* claim) const;
    /// Whether `aud`, a text or a list of them, has one that `fits`.
    template <class Fits>
    [[nodiscard]] bool meant_for(Fits fits) const {
        const auto at = claims.find("aud");
        if (at == claims.end()) return false;
        if (at->is_string()) return fits(at->get<std::string>());
        if (!at->is_array()) return false;
        for (const nlohmann::json& each : *at) {
            if (each.is_string() && fits(each.get<std::string>())) return true;
        }
        return false;
    }
};

/// `header.claims` in base64, which is what a signature is over.
[[nodiscard]] std::string signed_part_of(const nlohmann::json& header, const nlohmann::json& claims);

}  // namespace lazulite
