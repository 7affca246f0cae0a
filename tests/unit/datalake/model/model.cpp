#include "model/model.hpp"

#include <algorithm>
#include <chrono>

namespace lazulite::datalake::test {
namespace {

const Outcome kOk{200};
const Outcome kCreated{201};
const Outcome kAccepted{202};
const Outcome kNotFound{404, "PathNotFound"};
const Outcome kWrongType{409, "ResourceTypeMismatch"};

Outcome conflict(const char* code) { return {409, code}; }

bool is_below(const std::string& path, const std::string& directory) { return path.starts_with(directory + "/"); }

std::string parent_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

void expire(Tree& tree, Instant now) {
    std::erase_if(tree, [now](const auto& each) { return each.second.expires && *each.second.expires <= now; });
    for (auto& [path, node] : tree) {
        if (node.staged_last + std::chrono::weeks(1) <= now) node.staged.clear();
    }
}

}  // namespace

Node* Model::find(const std::string& path) {
    const auto found = tree.find(path);
    return found == tree.end() ? nullptr : &found->second;
}

bool Model::below_file(const std::string& path) {
    for (std::string above = parent_of(path); !above.empty(); above = parent_of(above)) {
        const Node* const node = find(above);
        if (node != nullptr && !node->directory) return true;
    }
    return false;
}

bool Model::has_parent(const std::string& path) { return parent_of(path).empty() || find(parent_of(path)) != nullptr; }

void Model::make_parents(const std::string& path) {
    for (std::string above = parent_of(path); !above.empty(); above = parent_of(above)) {
        tree.emplace(above, Node{.directory = true});
    }
}

Tree Model::take(const std::string& path) {
    Tree taken;
    for (const auto& [name, node] : tree) {
        if (name == path || is_below(name, path)) taken.emplace(name.substr(path.size()), node);
    }
    std::erase_if(tree, [&](const auto& each) { return each.first == path || is_below(each.first, path); });
    return taken;
}

void Model::put(const std::string& path, const Tree& taken) {
    for (const auto& [name, node] : taken) tree[path + name] = node;
}

bool Model::empty(const std::string& path) const {
    return std::none_of(tree.begin(), tree.end(), [&](const auto& each) { return is_below(each.first, path); });
}

Outcome Model::create_file(const std::string& path, bool new_only, const std::string& property,
                           std::optional<Instant> expires) {
    const Node* const there = find(path);
    if (new_only && there != nullptr) return conflict("PathAlreadyExists");
    if (below_file(path) || (there != nullptr && there->directory)) return conflict("PathConflict");
    make_parents(path);
    tree[path] = Node{.property = property, .expires = expires};
    return kCreated;
}

Outcome Model::create_directory(const std::string& path, bool new_only, const std::string& property) {
    const Node* const there = find(path);
    if (new_only && there != nullptr) return conflict("PathAlreadyExists");
    if (below_file(path) || (there != nullptr && !there->directory)) return conflict("PathConflict");
    make_parents(path);
    tree[path] = Node{.directory = true, .property = property};
    return kCreated;
}

Outcome Model::append(const std::string& path, std::size_t position, const std::string& bytes, bool flush) {
    Node* const file = find(path);
    if (file == nullptr) return kNotFound;
    if (file->directory) return kWrongType;
    if (!file->by_lake) return conflict("InvalidAppendOperation");
    const Node before = *file;
    file->staged[position] = bytes;
    file->staged_last = now;
    if (!flush) return kAccepted;
    if (Outcome flushed = this->flush(path, position + bytes.size(), false); flushed.status != 200) {
        *file = before;
        return flushed;
    }
    return kAccepted;
}

Outcome Model::flush(const std::string& path, std::size_t position, bool retain) {
    Node* const file = find(path);
    if (file == nullptr) return kNotFound;
    if (file->directory) return kWrongType;
    if (!file->by_lake) return conflict("InvalidFlushOperation");
    std::string bytes = file->bytes;
    auto next = file->staged.lower_bound(bytes.size());
    while (bytes.size() < position && next != file->staged.end() && next->first == bytes.size()) bytes += next++->second;
    if (bytes.size() != position) return {400, "InvalidFlushPosition"};
    file->bytes = bytes;
    retain ? void(file->staged.erase(file->staged.begin(), next)) : file->staged.clear();
    return kOk;
}

Outcome Model::set_properties(const std::string& path, const std::string& property) {
    Node* const node = find(path);
    if (node == nullptr) return kNotFound;
    node->property = property;
    return kOk;
}

Outcome Model::set_expiry(const std::string& path, std::optional<Instant> expires) {
    Node* const node = find(path);
    if (node == nullptr) return kNotFound;
    if (node->directory) return {400, "OperationNotSupportedOnDirectory"};
    node->expires = expires;
    return kOk;
}

Outcome Model::rename(const std::string& from, std::string to, bool into, bool new_only) {
    const Node* const source = find(from);
    if (source == nullptr) return {404, "SourcePathNotFound"};
    const bool directory = source->directory;
    if (directory && (to == from || is_below(to, from))) return conflict("InvalidRenameSourcePath");
    if (to == from) return kCreated;
    const Node* there = find(to);
    if (into && there != nullptr && there->directory) {
        to += '/' + from.substr(parent_of(from).empty() ? 0 : parent_of(from).size() + 1);
        if (to == from) return conflict("InvalidRenameSourcePath");
        there = find(to);
    }
    if (below_file(to)) return conflict("InvalidDestinationPath");
    if (!has_parent(to)) return {404, "RenameDestinationParentPathNotFound"};
    if (there != nullptr && new_only) return conflict("PathAlreadyExists");
    if (there != nullptr && there->directory != directory) return conflict("InvalidSourceOrDestinationResourceType");
    if (directory && !empty(to)) return conflict("DirectoryNotEmpty");
    const Tree taken = take(from);
    tree.erase(to);
    put(to, taken);
    return kCreated;
}

Outcome Model::drop(const std::string& path, const std::string& id, int status) {
    Tree taken = take(path);
    taken.at("").staged.clear();  // what is in a directory keeps what is staged for it
    if (retention_days > 0) deleted[id] = {path, std::move(taken), now + std::chrono::days(retention_days)};
    return {status};
}

Outcome Model::remove(const std::string& path, bool recursive, const std::string& id) {
    const Node* const node = find(path);
    if (node == nullptr) return kNotFound;
    if (!recursive && !empty(path)) return conflict("DirectoryNotEmpty");
    return drop(path, id, 200);
}

Outcome Model::undelete(const std::string& id, const std::string& to) {
    if (below_file(to)) return kWrongType;
    if (find(to) != nullptr) return conflict("PathAlreadyExists");
    const auto kept = deleted.find(id);
    // What has expired meanwhile is not there again.
    if (kept == deleted.end() || !kept->second.tree.contains("")) return kNotFound;
    make_parents(to);
    put(to, kept->second.tree);
    deleted.erase(kept);
    return kOk;
}

Outcome Model::put_blob(const std::string& path, const std::string& bytes) {
    const Node* const there = find(path);
    if (below_file(path) || (there != nullptr && there->directory)) return {409};
    make_parents(path);
    tree[path] = Node{.bytes = bytes, .by_lake = false};
    return kCreated;
}

Outcome Model::delete_blob(const std::string& path, const std::string& id) {
    const Node* const node = find(path);
    if (node == nullptr) return {404, "BlobNotFound"};
    if (!empty(path)) return conflict("DirectoryIsNotEmpty");
    return drop(path, id, 202);
}

void Model::advance(Instant to) {
    now = to;
    expire(tree, now);
    std::erase_if(deleted, [this](const auto& each) { return each.second.until <= now; });
    for (auto& [id, kept] : deleted) expire(kept.tree, now);
}

}  // namespace lazulite::datalake::test
