#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/etag.hpp"
#include "base/result.hpp"

namespace lazulite::blob {

/// The conditional headers of a request. Reference: "Specifying conditional headers for Blob service operations".
struct Conditions {
    std::optional<std::string> if_match;       ///< as sent, not empty: an ETag with or without quotes, or `*`
    std::optional<std::string> if_none_match;  ///< same
    std::optional<Instant> if_modified_since;
    std::optional<Instant> if_unmodified_since;

    [[nodiscard]] bool any() const { return if_match || if_none_match || if_modified_since || if_unmodified_since; }
    [[nodiscard]] bool any_etag() const { return if_match || if_none_match; }
};

/// Which headers may stand together on a write (and on a read before version 2013-08-15): one, or If-Match with
/// If-Unmodified-Since, or If-None-Match with If-Modified-Since; one ETag a header. Fails with
/// multiple_condition_headers_not_supported.
[[nodiscard]] Result<> check_combination(const Conditions& when);

/// Every given header is evaluated: If-Match AND If-Unmodified-Since AND (If-None-Match OR If-Modified-Since).
/// `tick` is the resource's ETag and Last-Modified. Fails with condition_not_met (412), not_modified (304), or
/// unsatisfiable_condition for `If-None-Match: *`.
[[nodiscard]] Result<> check_read(const Conditions& when, Revision tick);

/// Of a pair the ETag decides. `tick` absent: the resource does not exist and is about to be created; then only
/// If-Match fails. Fails with condition_not_met.
[[nodiscard]] Result<> check_write(const Conditions& when, std::optional<Revision> tick);

/// As `check_write` for operations that create or replace a blob: `If-None-Match: *` on an existing one is
/// blob_already_exists.
[[nodiscard]] Result<> check_create(const Conditions& when, std::optional<Revision> tick);

}  // namespace lazulite::blob
