#include "blob/domain/conditions.hpp"

#include "base/text.hpp"

namespace lazulite::blob {
namespace {

/// Last-Modified has whole seconds, so comparisons do too.
std::chrono::seconds whole_seconds(Instant when) {
    return std::chrono::floor<std::chrono::seconds>(when.time_since_epoch());
}

/// RFC 9110, 8.8.3.2: a weak ETag never matches strongly. Ours are strong; a cache in between may have weakened one.
enum class Comparison : std::uint8_t { strong, weak };

/// Whether one of the ETags of a header (reads may name several, separated by commas) is that of `tick`.
bool matches(std::string_view header, Revision tick, Comparison how) {
    const std::string current = etag_text(tick);
    while (!header.empty()) {
        const std::size_t comma = header.find(',');
        std::string_view etag = trim(header.substr(0, comma));
        if (how == Comparison::weak && etag.starts_with("W/")) etag.remove_prefix(2);
        if (etag == "*" || without_quotes(etag) == current) return true;
        header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    }
    return false;
}

bool modified_since(Instant tick, Instant since) { return whole_seconds(tick) > whole_seconds(since); }

bool several_etags(const std::optional<std::string>& header) {
    return header && header->find(',') != std::string::npos;
}

}  // namespace

Result<> check_combination(const Conditions& when) {
    const int count = int{when.if_match.has_value()} + int{when.if_none_match.has_value()} +
                      int{when.if_modified_since.has_value()} + int{when.if_unmodified_since.has_value()};
    const bool allowed_pair = count == 2 && ((when.if_match && when.if_unmodified_since) ||
                                             (when.if_none_match && when.if_modified_since));
    if ((count > 1 && !allowed_pair) || several_etags(when.if_match) || several_etags(when.if_none_match)) {
        return fail(ErrorCode::multiple_condition_headers_not_supported);
    }
    return {};
}

Result<> check_read(const Conditions& when, Revision tick) {
    if (when.if_none_match == "*") return fail(ErrorCode::unsatisfiable_condition);
    if (when.if_match && !matches(*when.if_match, tick, Comparison::strong)) return fail(ErrorCode::condition_not_met);
    if (when.if_unmodified_since && modified_since(tick, *when.if_unmodified_since)) {
        return fail(ErrorCode::condition_not_met);
    }
    if (!when.if_none_match && !when.if_modified_since) return {};
    const bool other_etag = when.if_none_match && !matches(*when.if_none_match, tick, Comparison::weak);
    const bool newer = when.if_modified_since && modified_since(tick, *when.if_modified_since);
    if (!other_etag && !newer) return fail(ErrorCode::not_modified);
    return {};
}

Result<> check_write(const Conditions& when, std::optional<Revision> tick) {
    bool met = true;
    if (when.if_match) {
        met = tick && matches(*when.if_match, *tick, Comparison::strong);
    } else if (when.if_none_match) {
        met = !tick || !matches(*when.if_none_match, *tick, Comparison::weak);
    } else if (when.if_unmodified_since) {
        met = !tick || !modified_since(*tick, *when.if_unmodified_since);
    } else if (when.if_modified_since) {
        met = !tick || modified_since(*tick, *when.if_modified_since);
    }
    if (!met) return fail(ErrorCode::condition_not_met);
    return {};
}

Result<> check_create(const Conditions& when, std::optional<Revision> tick) {
    if (tick && when.if_none_match == "*") return fail(ErrorCode::blob_already_exists);
    return check_write(when, tick);
}

}  // namespace lazulite::blob
