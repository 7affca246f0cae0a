#include "file/ops/new_file.hpp"

#include "file/ops/file_properties.hpp"

namespace lazulite::file {

Result<FilePlace> find_place_of_new(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path,
                                const LeaseGuard& guards, std::uint64_t size, bool ignore_read_only) {
    LAZ_TRY(FilePlace place, find_place(tx, x.target, path));
    if (place.is_root) return fail(ErrorCode::resource_type_mismatch);
    if (place.node && place.node->kind != NodeKind::file) return fail(ErrorCode::resource_type_mismatch);
    const MaybeLease lease = place.node ? unless_modified(place.node->lease, place.node->tick) : std::nullopt;
    LAZ_CHECK(check_file_lease(LeaseUse::write, guards.lease_id, lease, tx.now()));
    if (place.node && !x.identity.may_overwrite()) return fail(ErrorCode::authorization_permission_mismatch);
    if (place.node) LAZ_CHECK(check_not_copied_to(*place.node));
    if (place.node && !ignore_read_only) LAZ_CHECK(check_writable(*place.node));
    LAZ_CHECK(check_growth(tx, place.share(), place.node ? place.node->size : 0, size));
    return place;
}

NewFile begin_new(WriteTxn& tx, const FilePlace& place) {
    NewFile file;
    Node& node = file.node;
    if (place.node) {
        file.before = begin_change(tx, place.share(), *place.node);
        node.id = file.before->id;
        node.links = file.before->links;
        node.lease = file.before->lease;
        node.nfs = file.before->nfs;
        node.tick = file.before->tick;
    } else {
        node.id = tx.next_id();
        node.tick = tx.next_tick();
    }
    node.made = node.tick;
    node.attributes = kNewFile;
    return file;
}

void end_new(WriteTxn& tx, const NewFile& file, FilePlace& place) {
    const Node& node = file.node;
    if (file.before) {
        end_change(tx, place.share(), *file.before, node);
    } else {
        insert_node(tx, place.share(), node);
        insert_entry(tx, {place.parent(), place.key, place.name, node.id, node.kind, node.tick});
    }
    place.node = node;
}

}  // namespace lazulite::file
