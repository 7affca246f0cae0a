#include "tree.hpp"

#include <algorithm>

#include "outcomes.hpp"

namespace lazulite::file::test {
namespace {

constexpr std::uint64_t kPiece = 512;

}  // namespace

// ---- files ----------------------------------------------------------------------------------------------------------

char byte_of(std::uint32_t write, std::uint64_t at) {
    return write == 0 ? '\0' : static_cast<char>('a' + (write * 7 + at / 100) % 26);
}

std::string Node::bytes(std::uint64_t most) const {
    std::string text(std::min(size, most), '\0');
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(text.size(), writes->size()); ++i) text[i] = byte_of((*writes)[i], i);
    return text;
}

std::vector<Part> Node::parts(const Node* older, std::uint64_t first, std::uint64_t end) const {
    std::vector<Part> parts;
    const std::uint64_t seen = std::max(writes->size(), older != nullptr ? older->writes->size() : 0);
    end = std::min({end, size, static_cast<std::uint64_t>(seen)});
    for (std::uint64_t piece = first / kPiece * kPiece; piece < end; piece += kPiece) {
        bool written = false;
        bool cleared = false;
        for (std::uint64_t at = std::max(piece, first); at < std::min(piece + kPiece, end); ++at) {
            const std::uint32_t is = write_at(at);
            const std::uint32_t was = older != nullptr ? older->write_at(at) : 0;
            written = written || (is != 0 && is != was);
            cleared = cleared || (is == 0 && was != 0);
        }
        if (!written && !cleared) continue;
        const std::uint64_t last = std::min(piece + kPiece, size) - 1;
        if (!parts.empty() && parts.back().last + 1 == piece && parts.back().cleared == !written) {
            parts.back().last = last;
        } else {
            parts.push_back({piece, last, !written});
        }
    }
    return parts;
}

// ---- trees ----------------------------------------------------------------------------------------------------------

std::string Tree::key(const std::string& name) const {
    if (keeps_case_) return name;
    std::string key;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool accented = name.compare(i, 2, "\u00c9") == 0;
        if (accented) {
            key += "\u00e9";
            ++i;
        } else {
            key += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
        }
    }
    return key;
}

Tree::Place Tree::find(const Path& path) const {
    Place place;
    place.node = kRoot;
    for (const std::string& name : path) {
        if (!place.there() || node(place.node).kind != Node::Kind::directory) {
            place.refused = kNoParent;
            place.node = kNone;
            return place;
        }
        place.parent = place.node;
        place.name = name;
        place.key = key(name);
        const auto entry = entries_.find({place.parent, place.key});
        place.node = entry == entries_.end() ? kNone : entry->second.node;
    }
    return place;
}

const Node* Tree::find_node(int id) const {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<Tree::Entry> Tree::entries(int directory, const std::string& prefix) const {
    std::vector<Entry> entries;
    for (auto at = entries_.lower_bound({directory, ""}); at != entries_.end() && at->first.first == directory; ++at) {
        if (at->first.second.starts_with(key(prefix))) entries.push_back(at->second);
    }
    return entries;
}

std::vector<Path> Tree::paths() const {
    std::vector<Path> paths{{}};
    std::vector<int> nodes{kRoot};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        for (const Entry& entry : entries(nodes[i])) {
            Path path = paths[i];
            path.push_back(entry.name);
            paths.push_back(std::move(path));
            nodes.push_back(entry.node);
        }
    }
    paths.erase(paths.begin());
    return paths;
}

bool Tree::inside(int node, const Place& place) const {
    for (int at = place.parent; at != kRoot;) {
        if (at == node) return true;
        const auto above = std::find_if(entries_.begin(), entries_.end(), [at](const auto& each) { return each.second.node == at; });
        at = above->first.first;
    }
    return false;
}

std::uint64_t Tree::usage() const {
    std::uint64_t bytes = 0;
    for (const auto& [id, node] : nodes_) bytes += node.size;
    return bytes;
}

void Tree::insert(const Place& place, int id, Node node) {
    nodes_[id] = std::move(node);
    link(place, id);
}

void Tree::remove(const Place& place, Instant now) {
    unlink(place);
    Node& gone = node(place.node);
    if (--gone.links == 0) {
        nodes_.erase(place.node);
    } else {
        gone.etag.clear();
        gone.lease.written(now);
    }
}

}  // namespace lazulite::file::test
