#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"

namespace lazulite::file {

/// An empty one alone; the root directory goes with its share.
Task<Result<Response>> delete_directory(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    if (path.empty()) co_return fail(StorageError(ErrorCode::unsupported_http_verb).with_header("Allow", "GET, HEAD, PUT"));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const FilePlace place, require_directory(tx, x.target, path));
        LAZ_CHECK(check_writable(*place.node));
        if (!is_empty(tx, place.node->id)) return fail(ErrorCode::directory_not_empty);
        const Instant died = tx.next_tick();
        remove_entry(tx, place.share(), *place.entry, died);
        remove_node(tx, place.share(), *place.node, died);
        return {};
    }));
    Response response;
    response.status = 202;
    co_return response;
}

}  // namespace lazulite::file
