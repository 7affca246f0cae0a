#include "blob/ops/file_expiry.hpp"

#include <chrono>

#include "base/text.hpp"
#include "blob/rows/expiry.hpp"
#include "wire/date.hpp"
#include "wire/value.hpp"

namespace lazulite::blob {
namespace {

StorageError bad_time(std::string_view text) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", "x-ms-expiry-time").with("HeaderValue", text);
}

/// A hundred years: whatever is longer would not fit into a time.
constexpr std::uint64_t kMostMilliseconds = 100ULL * 366 * 24 * 3600 * 1000;

}  // namespace

Result<std::optional<FileExpiry>> asked_expiry(const Request& request) {
    const auto named = request.fields.find("x-ms-expiry-option");
    if (!named) return std::optional<FileExpiry>();
    FileExpiry expiry;
    if (!lazulite::parse_value(*named, expiry.option)) {
        return fail(StorageError(ErrorCode::invalid_header_value)
                        .with("HeaderName", "x-ms-expiry-option")
                        .with("HeaderValue", *named));
    }
    const std::string_view text = request.fields.value_or_empty("x-ms-expiry-time");
    if (expiry.option == ExpiryOption::never_expire) {
        if (!text.empty()) return fail(bad_time(text));
        return std::optional(expiry);
    }
    if (text.empty()) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-expiry-time"));
    if (expiry.option == ExpiryOption::absolute) {
        expiry.at = parse_rfc1123(text);
        if (!expiry.at) return fail(bad_time(text));
        return std::optional(expiry);
    }
    const auto count = parse_number<std::uint64_t>(text);
    if (!count || *count > kMostMilliseconds) return fail(bad_time(text));
    expiry.after = std::chrono::milliseconds(static_cast<std::int64_t>(*count));
    return std::optional(expiry);
}

Result<std::optional<Instant>> FileExpiry::of(Instant created, Instant now) const {
    std::optional<Instant> due;
    switch (option) {
        case ExpiryOption::never_expire: return due;
        case ExpiryOption::absolute: due = at; break;
        case ExpiryOption::relative_to_creation: due = created + after; break;
        case ExpiryOption::relative_to_now: due = now + after; break;
    }
    if (*due <= now) return fail(bad_time(""));
    return due;
}

void set_expiry(WriteTxn& tx, const BlobKey& key, Blob& blob, const std::optional<Instant>& due) {
    blob.expires = due;
    if (due) expire_at(tx, *due, Expiry::blobs, key);
}

}  // namespace lazulite::blob
