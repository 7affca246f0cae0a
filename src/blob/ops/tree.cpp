#include "blob/ops/tree.hpp"

namespace lazulite::blob {
void make_way(WriteTxn& tx, const Exchange& x, Place& place) {
    if (!place.container.hierarchical) return;
    TreePath& way = place.path;
    if (!place.blob && way.missing.empty()) clear_expired(tx, place.key);
    for (const std::string& segment : way.missing) {
        clear_expired(tx, {way.deepest, segment});
        Blob directory = new_directory(tx);
        directory.access = access_of_new(tx, x, place, true);
        replace(tx, {way.deepest, directory_name(segment)}, std::nullopt, directory);
        way.deepest = *directory.child_dir_id;
    }
    way.missing.clear();
    place.key.dir_id = way.deepest;
}

AccessControl access_above(ReadTxn& tx, const Place& place) {
    const auto above = find_directory(tx, place.path.deepest);
    return AccessControl::unpack(above ? above->blob.access : place.container.root_access, true);
}

std::string creator(const Exchange& x) {
    const std::string& object_id = x.identity.posix().creator;
    return object_id == kSuperuser ? std::string() : object_id;
}

std::string access_of_new(ReadTxn& tx, const Exchange& x, const Place& place, bool directory) {
    NewPath made;
    made.directory = directory;
    made.owner = creator(x);
    // Nothing was asked for that could be refused.
    return made.below(access_above(tx, place)).value().pack(directory);
}

std::string access_of_root(const Exchange& x) {
    if (!x.account.settings.hierarchical_namespace) return {};
    return AccessControl::of_root(creator(x)).pack(true);
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
