#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "model_lease.hpp"

// What stands in a share, in the plainest form: maps that are searched and copied. Nothing here knows lazulite's own rules or
// rows.
namespace lazulite::file::test {

using lazulite::test::Lease;
using lazulite::test::Outcome;

using Path = std::vector<std::string>;  ///< components; none: the root directory

/// Of each byte which write it came from, the first being 1; 0: it was not written, as all that follow.
using Writes = std::vector<std::uint32_t>;
/// What that write put at that place.
[[nodiscard]] char byte_of(std::uint32_t write, std::uint64_t at);

/// A part of a file, its last byte too, as List Ranges names it.
struct Part {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    bool cleared = false;
    bool operator==(const Part&) const = default;
};

/// The last copy onto a file.
struct LastCopy {
    std::string id;
    std::string source;
    std::uint64_t bytes = 0;
};

/// A directory, a file or a symbolic link.
struct Node {
    enum class Kind { directory, file, link };

    Kind kind = Kind::file;
    std::uint64_t size = 0;
    std::shared_ptr<const Writes> writes = std::make_shared<Writes>();  ///< no longer than `size`
    int links = 1;
    int made = 0;  ///< by which creation
    std::string attributes;  ///< as answers show them; empty on NFS shares
    std::string permission;  ///< the text
    std::string metadata;
    std::string type;
    std::string target;        ///< of a symbolic link
    std::string etag;          ///< empty: no answer told it
    std::string id;            ///< as lazulite calls it
    std::string created;  ///< in its words
    std::string last_written;
    Lease lease;
    std::optional<LastCopy> copy;

    [[nodiscard]] bool read_only() const { return attributes.find("ReadOnly") != std::string::npos; }
    [[nodiscard]] std::uint32_t write_at(std::uint64_t at) const { return at < writes->size() ? (*writes)[at] : 0; }
    /// The first `most` bytes.
    [[nodiscard]] std::string bytes(std::uint64_t most) const;
    /// What is written in [first, end), by pieces of 512 bytes; with an older state of the file what became so since, and what
    /// was written and is not any more.
    [[nodiscard]] std::vector<Part> parts(const Node* older, std::uint64_t first, std::uint64_t end) const;
};

/// What stands in a share at one time.
class Tree {
  public:
    struct Entry {
        std::string name;
        int node = 0;
    };
    /// Where a path leads: the directory that it ends in, the key of its last component, and what is there, if anything.
    struct Place {
        std::optional<Outcome> refused;
        int parent = kNone;
        std::string key;
        std::string name;
        int node = kNone;

        [[nodiscard]] bool there() const { return node != kNone; }
    };
    static constexpr int kRoot = 0;
    static constexpr int kNone = -1;

    explicit Tree(bool keeps_case = false, const std::string& permission = "") : keeps_case_(keeps_case) {
        nodes_[kRoot].kind = Node::Kind::directory;
        nodes_[kRoot].permission = permission;
    }

    [[nodiscard]] Place find(const Path& path) const;
    [[nodiscard]] const Node& node(int id) const { return nodes_.at(id); }
    [[nodiscard]] Node& node(int id) { return nodes_.at(id); }
    [[nodiscard]] const Node* find_node(int id) const;
    /// What stands in a directory and begins so, in order of the keys.
    [[nodiscard]] std::vector<Entry> entries(int directory, const std::string& prefix = "") const;
    /// The paths of all there is, but for the root.
    [[nodiscard]] std::vector<Path> paths() const;
    [[nodiscard]] bool inside(int node, const Place& place) const;  ///< whether the way to `place` leads through `node`
    [[nodiscard]] std::uint64_t usage() const;
    [[nodiscard]] bool keeps_case() const { return keeps_case_; }

    void insert(const Place& place, int id, Node node);
    void link(const Place& place, int id) { entries_[{place.parent, place.key}] = {place.name, id}; }
    void unlink(const Place& place) { entries_.erase({place.parent, place.key}); }
    /// One name less; the node goes with the last, and is changed by that of another.
    void remove(const Place& place, Instant now);

  private:
    [[nodiscard]] std::string key(const std::string& name) const;

    bool keeps_case_;
    std::map<int, Node> nodes_;
    std::map<std::pair<int, std::string>, Entry> entries_;
};

}  // namespace lazulite::file::test
