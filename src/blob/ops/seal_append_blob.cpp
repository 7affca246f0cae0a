#include "blob/ops/append_blob.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {

/// From then on the blob takes no more blocks; its ETag stays. Sealing it again changes nothing.
Task<Result<Response>> seal_append_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const AppendGuards guards, decode<AppendGuards>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(guards.guards.when));
    LAZ_CO_TRY(const Instant tick, co_await x.store->write([&](WriteTxn& tx) -> Result<Instant> {
        LAZ_TRY(const Found found, require_append_blob(tx, x, guards));
        LAZ_CHECK(check_seal(state_of(found.blob), guards.append));
        if (found.blob.sealed) return found.blob.tick;
        Blob sealed = found.blob;
        sealed.sealed = true;
        replace(tx, found.key, found.blob, sealed);
        return sealed.tick;
    }));
    Response response;
    add_tick(response, tick, x.version);
    response.fields.add("x-ms-blob-sealed", "true");
    co_return response;
}

}  // namespace lazulite::blob
