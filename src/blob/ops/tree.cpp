#include "blob/ops/tree.hpp"

namespace lazulite::blob {
namespace {

std::string access_of_child(const Exchange& /*x*/, std::string_view /*above*/, bool /*directory*/) { return {}; }

}  // namespace

void make_way(WriteTxn& tx, const Exchange& x, Place& place) {
    if (!place.container.hierarchical) return;
    TreePath& way = place.path;
    if (!place.blob && way.missing.empty()) clear_expired(tx, place.key);
    for (const std::string& segment : way.missing) {
        clear_expired(tx, {way.deepest, segment});
        Blob directory = new_directory(tx);
        directory.access = access_of_child(x, access_above(tx, place), true);
        replace(tx, {way.deepest, directory_name(segment)}, std::nullopt, directory);
        way.deepest = *directory.child_dir_id;
    }
    way.missing.clear();
    place.key.dir_id = way.deepest;
}

std::string access_above(ReadTxn& tx, const Place& place) {
    const auto above = find_directory(tx, place.path.deepest);
    return above ? above->blob.access : place.container.root_access;
}

std::string access_of_new(ReadTxn& tx, const Exchange& x, const Place& place, bool directory) {
    return access_of_child(x, access_above(tx, place), directory);
}

Blob new_directory(WriteTxn& tx) {
    Blob directory;
    directory.tick = tx.next_tick();
    directory.created = directory.tick;
    directory.child_dir_id = tx.next_id();
    directory.headers.type = kDefaultContentType;
    return directory;
}

}  // namespace lazulite::blob
