#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"
#include "blob/rows/blobs.hpp"
#include "wire/message.hpp"

namespace lazulite::blob {

/// What `x-ms-expiry-time` is counted from. Reference: "Set Blob Expiry".
enum class ExpiryOption : std::uint8_t { relative_to_creation, relative_to_now, absolute, never_expire };
inline constexpr auto kExpiryOptions = std::to_array<Named<ExpiryOption>>({
    {ExpiryOption::relative_to_creation, "RelativeToCreation"},
    {ExpiryOption::relative_to_now, "RelativeToNow"},
    {ExpiryOption::absolute, "Absolute"},
    {ExpiryOption::never_expire, "NeverExpire"},
});
constexpr std::span<const Named<ExpiryOption>> names_of(ExpiryOption) { return kExpiryOptions; }

/// When a file expires whose request said so.
struct FileExpiry {
    ExpiryOption option = ExpiryOption::never_expire;
    std::optional<Instant> at;   ///< of `absolute`
    Ticks after = Ticks::zero();  ///< of the two that are relative

    /// Nothing: never. Fails with invalid_header_value where that is over.
    [[nodiscard]] Result<std::optional<Instant>> of(Instant created, Instant now) const;
};

/// `x-ms-expiry-option` and `x-ms-expiry-time`: an RFC 1123 date, or a number of milliseconds. Nothing without the first.
/// Fails with missing_required_header for a time that is missing, invalid_header_value for one that is malformed or beside
/// NeverExpire.
[[nodiscard]] Result<std::optional<FileExpiry>> asked_expiry(const Request& request);

/// The blob at `key` is gone from then on; nothing: it stays. The row itself goes later.
void set_expiry(WriteTxn& tx, const BlobKey& key, Blob& blob, const std::optional<Instant>& due);

}  // namespace lazulite::blob
