#include "model.hpp"

#include <algorithm>

#include "outcomes.hpp"

namespace lazulite::file::test {
namespace {

constexpr std::uint64_t kGibibyte = 1ULL << 30;

}  // namespace

// ---- shares ---------------------------------------------------------------------------------------------------------

const Tree* Model::tree_of(const Where& where, Outcome& missing) const {
    const auto share = shares_.find(where.share);
    if (share == shares_.end()) {
        missing = kNoShare;
        return nullptr;
    }
    if (where.snapshot.empty()) return &share->second.live;
    const auto snapshot = share->second.snapshots.find(where.snapshot);
    if (snapshot == share->second.snapshots.end()) {
        missing = kNoSnapshot;
        return nullptr;
    }
    return &snapshot->second.tree;
}

Tree* Model::live_of(const Where& where, Outcome& missing) {
    const auto share = shares_.find(where.share);
    if (share == shares_.end()) missing = kNoShare;
    return share == shares_.end() ? nullptr : &share->second.live;
}

Outcome Model::create_share(const std::string& name, bool nfs, int quota_gib, const std::string& metadata) {
    if (shares_.contains(name)) return {409, "ShareAlreadyExists"};
    const std::string root_files = inherited_permission_of(kRootPermission, false);
    shares_.emplace(name, Share{quota_gib, metadata, {}, Tree(nfs, kRootPermission), {}, {kRootPermission, root_files}});
    return kCreated;
}

Outcome Model::delete_share(const std::string& name, const std::string& delete_snapshots, const std::string& lease) {
    const auto found = shares_.find(name);
    if (found == shares_.end()) return kNoShare;
    Share& share = found->second;
    if (const auto refused = share.lease.refuses(true, lease, now, "Container")) return *refused;
    if (!share.snapshots.empty() && delete_snapshots.empty()) return {409, "ShareHasSnapshots"};
    const bool leased = std::any_of(share.snapshots.begin(), share.snapshots.end(), [this](const auto& each) {
        return each.second.lease.refuses(true, "", now, "Container").has_value();
    });
    if (leased && delete_snapshots != "include-leased") return {409, "DeleteShareWhenSnapshotLeased"};
    if (retention_days > 0) {
        share.lease = {};
        deleted_[{name, kUnknown + std::to_string(++unknown_)}] = {std::move(share), Instant::max()};
    }
    shares_.erase(found);
    return kAccepted;
}

Outcome Model::restore_share(const std::string& name, const std::string& version) {
    const auto found = deleted_.find({name, version});
    if (found == deleted_.end()) return kNoShare;
    if (shares_.contains(name)) return {409, "ShareAlreadyExists"};
    shares_.emplace(name, std::move(found->second.share));
    deleted_.erase(found);
    return kCreated;
}

Outcome Model::set_share(const std::string& name, const std::optional<int>& quota_gib, const std::string& metadata,
                         const std::string& lease) {
    const auto found = shares_.find(name);
    if (found == shares_.end()) return kNoShare;
    if (const auto refused = found->second.lease.refuses(false, lease, now, "Container")) return *refused;
    if (quota_gib) {
        found->second.quota_gib = *quota_gib;
    } else {
        found->second.metadata = metadata;
    }
    return kOk;
}

Outcome Model::snapshot_share(const std::string& name, const std::string& metadata, const std::string& id) {
    const auto found = shares_.find(name);
    if (found == shares_.end()) return kNoShare;
    const Share& share = found->second;
    found->second.snapshots[id] = {share.live, metadata.empty() ? share.metadata : metadata, share.quota_gib, {}};
    return kCreated;
}

Outcome Model::delete_snapshot(const Where& where, const std::string& lease) {
    Outcome missing;
    if (tree_of(where, missing) == nullptr) return missing;
    auto& snapshots = shares_.at(where.share).snapshots;
    if (const auto refused = snapshots.at(where.snapshot).lease.refuses(true, lease, now, "Container")) return *refused;
    snapshots.erase(where.snapshot);
    return kAccepted;
}

Lease* Model::share_lease(const Where& where, Outcome& missing) {
    if (tree_of(where, missing) == nullptr) return nullptr;
    Share& share = shares_.at(where.share);
    return where.snapshot.empty() ? &share.lease : &share.snapshots.at(where.snapshot).lease;
}

bool Model::over_quota(const std::string& share, std::uint64_t before, std::uint64_t after) const {
    const Share& full = shares_.at(share);
    return after > before && full.live.usage() + (after - before) > static_cast<std::uint64_t>(full.quota_gib) * kGibibyte;
}

void Model::advance(Instant to) {
    now = to;
    std::erase_if(deleted_, [to](const auto& each) { return each.second.until <= to; });
}

// ---- directories and files ------------------------------------------------------------------------------------------

void Model::changed(Node& node, const Told& told) const {
    node.etag = told.etag;
    node.lease.written(now);
}

Outcome Model::create_directory(const Where& where, const std::string& metadata, const AskedPermission& permission,
                                const Told& told) {
    if (const auto refused = permission.refused()) return *refused;
    Outcome missing;
    Tree* const tree = live_of(where, missing);
    if (tree == nullptr) return missing;
    const Tree::Place place = tree->find(where.path);
    if (place.refused) return *place.refused;
    if (place.there()) return kExists;
    Node node;
    node.kind = Node::Kind::directory;
    if (const auto refused = set_permission(where, permission, true, place.parent, node)) return *refused;
    node.made = ++creations_;
    if (!tree->keeps_case()) node.attributes = "Directory";
    node.metadata = metadata;
    node.etag = told.etag;
    node.id = told.id;
    node.created = told.created;
    node.last_written = told.last_written;
    tree->insert(place, ++nodes_, std::move(node));
    return kCreated;
}

Outcome Model::delete_directory(const Where& where) {
    const Node* node = nullptr;
    const Outcome found = read(where, true, &node);
    if (found != kOk) return found;
    Tree& tree = shares_.at(where.share).live;
    const Tree::Place place = tree.find(where.path);
    if (node->read_only()) return kReadOnly;
    if (!tree.entries(place.node).empty()) return {409, "DirectoryNotEmpty"};
    tree.remove(place, now);
    return kAccepted;
}

std::optional<Outcome> Model::no_new_file(const Tree& tree, const Tree::Place& place, const std::string& lease,
                                          bool ignore_read_only) const {
    if (place.refused) return place.refused;
    if (!place.there()) return Lease().refuses(true, lease, now, "File");
    const Node& before = tree.node(place.node);
    if (before.kind != Node::Kind::file) return kOtherKind;
    if (const auto refused = before.lease.refuses(true, lease, now, "File")) return *refused;
    if (before.read_only() && !ignore_read_only) return kReadOnly;
    return std::nullopt;
}

Node Model::new_file(const Tree& tree, const Tree::Place& place, const Told& told) {
    Node file;
    file.made = ++creations_;
    file.id = told.id;
    file.etag = told.etag;
    file.created = told.created;
    file.last_written = told.last_written;
    if (!place.there()) return file;
    const Node& before = tree.node(place.node);
    file.id = before.id;
    file.links = before.links;
    file.lease = before.lease;
    file.lease.written(now);
    return file;
}

void Model::save(Tree& tree, const Tree::Place& place, Node file) {
    if (place.there()) {
        tree.node(place.node) = std::move(file);
    } else {
        tree.insert(place, ++nodes_, std::move(file));
    }
}

Outcome Model::create_file(const Where& where, const NewFile& file, const Told& told) {
    if (const auto refused = file.permission.refused()) return *refused;
    Outcome missing;
    Tree* const tree = live_of(where, missing);
    if (tree == nullptr) return missing;
    const Tree::Place place = tree->find(where.path);
    if (const auto refused = no_new_file(*tree, place, file.lease, false)) return *refused;
    if (over_quota(where.share, place.there() ? tree->node(place.node).size : 0, file.size)) return kTooMuch;
    Node fresh = new_file(*tree, place, told);
    if (const auto refused = set_permission(where, file.permission, true, place.parent, fresh)) return *refused;
    fresh.size = file.size;
    fresh.attributes = file.attributes;
    fresh.metadata = file.metadata;
    fresh.type = file.type;
    if (file.data > 0) put(fresh, 0, file.data, ++writes_);
    save(*tree, place, std::move(fresh));
    return kCreated;
}

void Model::put(Node& node, std::uint64_t first, std::uint64_t length, std::uint32_t write) {
    auto writes = std::make_shared<Writes>(*node.writes);
    const std::uint64_t end = first + length;
    if (write != 0 && writes->size() < end) writes->resize(end);
    const std::uint64_t seen = std::min<std::uint64_t>(end, writes->size());
    for (std::uint64_t at = first; at < seen; ++at) (*writes)[at] = write;
    node.writes = std::move(writes);
}

Outcome Model::delete_file(const Where& where, const std::string& lease) {
    const Node* node = nullptr;
    const Outcome found = read(where, false, &node);
    if (found != kOk) return found;
    if (const auto refused = node->lease.refuses(true, lease, now, "File")) return *refused;
    if (node->read_only()) return kReadOnly;
    Tree& tree = shares_.at(where.share).live;
    tree.remove(tree.find(where.path), now);
    return kAccepted;
}

Outcome Model::write(const Where& where, std::uint64_t first, std::uint64_t length, bool clear, const std::string& lease,
                     const Told& told) {
    const Node* found = nullptr;
    const Outcome there = read(where, false, &found);
    if (there != kOk) return there;
    if (found->kind != Node::Kind::file) return kOtherKind;
    if (const auto refused = found->lease.refuses(true, lease, now, "File")) return *refused;
    if (found->read_only()) return kReadOnly;
    if (first + length > found->size) return {416, "InvalidRange"};
    Tree& tree = shares_.at(where.share).live;
    Node& node = tree.node(tree.find(where.path).node);
    put(node, first, length, clear ? 0 : ++writes_);
    changed(node, told);
    node.last_written = told.last_written;
    return kCreated;
}

Outcome Model::set_properties(const Where& where, bool directory, const Properties& properties, const Told& told) {
    if (const auto refused = properties.permission.refused()) return *refused;
    const Node* found = nullptr;
    const Outcome there = read(where, directory, &found);
    if (there != kOk) return there;
    if (!directory) {
        if (const auto refused = found->lease.refuses(true, properties.lease, now, "File")) return *refused;
        const bool resized = properties.size && *properties.size != found->size;
        if (resized && found->read_only()) return kReadOnly;
        if (resized && over_quota(where.share, found->size, *properties.size)) return kTooMuch;
    }
    Tree& tree = shares_.at(where.share).live;
    const Tree::Place place = tree.find(where.path);
    Node& node = tree.node(place.node);
    const int parent = place.parent == Tree::kNone ? Tree::kRoot : place.parent;
    if (const auto refused = set_permission(where, properties.permission, false, parent, node)) return *refused;
    if (!properties.attributes.empty()) node.attributes = properties.attributes;
    if (!directory) node.type = properties.type;
    node.copy.reset();
    if (properties.size) {
        node.size = *properties.size;
        if (node.writes->size() > node.size) {
            node.writes = std::make_shared<Writes>(node.writes->begin(), node.writes->begin() + static_cast<std::ptrdiff_t>(node.size));
        }
    }
    changed(node, told);
    return kOk;
}

Outcome Model::set_metadata(const Where& where, bool directory, const std::string& value, const std::string& lease, const Told& told) {
    const Node* found = nullptr;
    const Outcome there = read(where, directory, &found);
    if (there != kOk) return there;
    if (!directory) {
        if (const auto refused = found->lease.refuses(true, lease, now, "File")) return *refused;
    }
    Tree& tree = shares_.at(where.share).live;
    Node& node = tree.node(tree.find(where.path).node);
    node.metadata = value;
    changed(node, told);
    return kOk;
}

Outcome Model::rename(const Where& from, const Path& to, const Rename& asked, const Told& told) {
    if (const auto refused = asked.permission.refused()) return *refused;
    const Node* source = nullptr;
    const Outcome there = read(from, asked.directory, &source);
    if (there != kOk) return there;
    if (const auto refused = source->lease.refuses(true, asked.source_lease, now, "File")) return *refused;
    Tree& tree = shares_.at(from.share).live;
    const Tree::Place here = tree.find(from.path);
    const Tree::Place place = tree.find(to);
    if (place.refused) return *place.refused;
    if (tree.inside(here.node, place)) return {400, "InvalidInput"};
    const bool same_name = place.parent == here.parent && place.key == here.key;
    if (place.there() && !same_name) {
        const Node& other = tree.node(place.node);
        if (other.kind == Node::Kind::directory || !asked.replace) return kExists;
        if (const auto refused = other.lease.refuses(true, asked.destination_lease, now, "File")) return *refused;
        if (other.read_only() && !asked.ignore_read_only) return kReadOnly;
    }
    Node& node = tree.node(here.node);
    if (const auto refused = set_permission(from, asked.permission, false, place.parent, node)) return *refused;
    if (place.there() && !same_name) tree.remove(place, now);
    tree.unlink(here);
    tree.link(place, here.node);
    if (!asked.metadata.empty()) node.metadata = asked.metadata;
    changed(node, told);
    return kOk;
}

Outcome Model::create_link(const Where& where, const std::string& target, const Told& told) {
    Outcome missing;
    Tree* const tree = live_of(where, missing);
    if (tree == nullptr) return missing;
    const Tree::Place place = tree->find(where.path);
    if (place.refused) return *place.refused;
    if (!tree->keeps_case()) return {400, "InvalidQueryParameterValue"};
    if (place.there()) return kExists;
    Node node;
    node.kind = Node::Kind::link;
    node.made = ++creations_;
    node.target = target;
    node.etag = told.etag;
    node.id = told.id;
    node.last_written = told.last_written;
    tree->insert(place, ++nodes_, std::move(node));
    return kCreated;
}

Outcome Model::create_hard_link(const Where& where, const Path& target, const std::string& lease, const Told& told) {
    Outcome missing;
    Tree* const tree = live_of(where, missing);
    if (tree == nullptr) return missing;
    const Tree::Place place = tree->find(where.path);
    if (place.refused) return *place.refused;
    if (!tree->keeps_case()) return {400, "InvalidQueryParameterValue"};
    if (place.there()) return kExists;
    const Node* found = nullptr;
    const Outcome there = read({where.share, "", target}, false, &found);
    if (there != kOk) return there;
    if (found->kind != Node::Kind::file) return kOtherKind;
    if (const auto refused = found->lease.refuses(true, lease, now, "File")) return *refused;
    const int id = tree->find(target).node;
    Node& node = tree->node(id);
    ++node.links;
    changed(node, told);
    tree->link(place, id);
    return kCreated;
}

Lease* Model::file_lease(const Where& where, Outcome& missing) {
    const Node* found = nullptr;
    missing = read(where, false, &found);
    if (missing != kOk) return nullptr;
    Tree& tree = shares_.at(where.share).live;
    return &tree.node(tree.find(where.path).node).lease;
}

Outcome Model::read(const Where& where, bool directory, const Node** found) const {
    Outcome missing;
    const Tree* const tree = tree_of(where, missing);
    if (tree == nullptr) return missing;
    const Tree::Place place = tree->find(where.path);
    if (place.refused) return *place.refused;
    if (!place.there()) return kNotFound;
    const Node& node = tree->node(place.node);
    if ((node.kind == Node::Kind::directory) != directory) return kOtherKind;
    *found = &node;
    return kOk;
}

Outcome Model::list_ranges(const Where& where, const std::string& previous, bool by_id, std::vector<Part>& parts) const {
    if (!where.snapshot.empty() && previous > where.snapshot) return {400, "PreviousSnapshotCannotBeNewer"};
    const Node* file = nullptr;
    const Outcome there = read(where, false, &file);
    if (there != kOk) return there;
    const Node* older = nullptr;
    if (!previous.empty()) {
        Outcome missing;
        const Tree* const before = tree_of({where.share, previous}, missing);
        if (before == nullptr) return kNotThen;
        const int id = tree_of(where, missing)->find(where.path).node;
        const int was = by_id ? id : before->find(where.path).node;
        older = before->find_node(was);
        if (older == nullptr) return kNotThen;
        if (was != id || older->made != file->made) return {409, "FileGenerationMismatch"};
    }
    parts = file->parts(older, 0, file->size);
    return kOk;
}

}  // namespace lazulite::file::test
