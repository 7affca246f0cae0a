#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {

/// Restores what soft delete keeps of a blob: the blob itself, unless another stands there or it was a version, and its
/// snapshots and versions. Where there is nothing to restore, nothing happens.
Task<Result<Response>> undelete_blob(Exchange& x) {
    LAZ_CO_CHECK(check_offered_since(x, kSoftDelete));
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_CHECK(co_await x.store->write_large([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        if (undelete(tx, place.key) || place.blob) return {};
        if (type_of_versions(tx, place.key) || has_snapshots(tx, place.key)) return {};
        return fail(ErrorCode::blob_not_found);
    }));
    co_return Response{};
}

}  // namespace lazulite::blob
