#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/versions.hpp"
#include "file/ops/entries.hpp"

namespace lazulite::file {

void remove_name(WriteTxn& tx, const FilePlace& place, Instant died) {
    remove_entry(tx, place.share(), *place.entry, died);
    if (place.node->links == 1) return remove_node(tx, place.share(), *place.node, died);
    change_node(tx, place.share(), *place.node, [](Node& node) {
        --node.links;
        node.changed = node.tick;
    });
}

/// And a symbolic link, but not what it leads to; of a file with several names the others stay.
Task<Result<Response>> delete_file(Exchange& x) {
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    struct Deleted {
        bool nfs;
        std::uint64_t links;
    };
    LAZ_CO_TRY(const Deleted deleted, co_await x.store->write([&](WriteTxn& tx) -> Result<Deleted> {
        LAZ_TRY(const FilePlace place, require_file(tx, x.target, path));
        LAZ_CHECK(check_file_lease(LeaseUse::write, guards.lease_id, place.node->lease, tx.now()));
        LAZ_CHECK(check_not_copied_to(*place.node));
        LAZ_CHECK(check_writable(*place.node));
        remove_name(tx, place, tx.next_tick());
        return Deleted{place.share().properties.protocol == Protocol::nfs, place.node->links - 1};
    }));
    Response response;
    response.status = 202;
    if (deleted.nfs && x.version >= kNfs) response.fields.add("x-ms-link-count", std::to_string(deleted.links));
    co_return response;
}

}  // namespace lazulite::file
