#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

/// What a restored blob was; since when is not told.
constexpr HistoryId kDeletedBlob{HistoryClass::blob, {}};

}  // namespace

/// Restores what soft delete keeps of a blob: the blob itself, unless another stands there or it was a version, and its
/// snapshots and versions. Where there is nothing to restore, nothing happens. The
/// change feed is told of the blob itself alone.
Task<Result<Response>> undelete_blob(Exchange& x) {
    LAZ_CO_CHECK(check_offered_since(x, kSoftDelete));
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_CHECK(co_await x.store->write_large([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        if (undelete(tx, place.key)) {
            const auto restored = place.blob ? std::nullopt : find_current(tx, place.key);
            if (restored) note(tx, x, place.container, {EventType::properties_updated, restored, restored, {}, kDeletedBlob});
            return {};
        }
        if (place.blob) return {};
        if (type_of_versions(tx, place.key) || has_snapshots(tx, place.key)) return {};
        return fail(ErrorCode::blob_not_found);
    }));
    co_return Response{};
}

}  // namespace lazulite::blob
