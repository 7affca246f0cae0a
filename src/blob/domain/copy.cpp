#include "blob/domain/copy.hpp"

namespace lazulite::blob {

Copy copy_at(const Copy& stored, Instant now, bool rehydrated, Instant since) {
    Copy copy = stored;
    if (copy.pending() && !copy.transfer && rehydrated) copy.succeed(since);
    copy.end_if_too_long(now);
    return copy;
}

Result<> check_not_copied_to(const std::optional<Copy>& copy) {
    LAZ_CHECK(check_not_pending(copy));
    return check_not_incremental(copy);
}

Result<> check_not_pending(const std::optional<Copy>& copy) { return lazulite::check_not_pending(copy ? &*copy : nullptr); }

Result<> check_not_incremental(const std::optional<Copy>& copy) {
    if (!copy || copy->incremental != Incremental::blob) return {};
    return fail(ErrorCode::operation_not_allowed_on_incremental_copy_blob);
}

Result<> check_next_snapshot(const std::optional<Copy>& last, std::string_view base, Instant snapshot) {
    if (!last || last->incremental != Incremental::blob || last->base != base) {
        return fail(ErrorCode::incremental_copy_blob_mismatch);
    }
    LAZ_CHECK(check_not_pending(last));
    if (last->copied && snapshot <= *last->copied) {
        return fail(ErrorCode::incremental_copy_of_earlier_version_snapshot_not_allowed);
    }
    return {};
}

Result<Copy> abort(const std::optional<Copy>& copy, std::string_view id, Instant now) {
    LAZ_CHECK(check_abort(copy ? &*copy : nullptr, id));
    Copy aborted = *copy;
    aborted.end(CopyStatus::aborted, now);
    return aborted;
}

Copy failed(Copy copy, int status, std::string_view code, Instant now) {
    copy.fail_at_source(status, code, now);
    return copy;
}

}  // namespace lazulite::blob
