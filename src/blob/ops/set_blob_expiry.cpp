#include "blob/ops/common.hpp"
#include "blob/ops/file_expiry.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {

/// Of files in hierarchical accounts alone. ETag and Last-Modified stay, as the service was seen to have it.
Task<Result<Response>> set_blob_expiry(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    LAZ_CO_TRY(const auto asked, asked_expiry(x.request));
    if (!asked) {
        co_return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-expiry-option"));
    }
    LAZ_CO_TRY(const Revision tick, co_await x.store->write([&](WriteTxn& tx) -> Result<Revision> {
        LAZ_TRY(const Found found, require_blob(tx, x.target));
        if (!found.container.hierarchical) return fail(ErrorCode::hierarchical_namespace_not_enabled);
        if (found.blob.is_directory()) return fail(ErrorCode::operation_not_supported_on_directory);
        LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(guards.when, found.blob.tick));
        LAZ_TRY(const auto due, asked->of(found.blob.created, tx.now()));
        Blob after = found.blob;
        set_expiry(tx, found.key, after, due);
        replace(tx, found.key, found.blob, after);
        return after.tick;
    }));
    Response response;
    add_tick(response, tick, x.version);
    co_return response;
}

}  // namespace lazulite::blob
