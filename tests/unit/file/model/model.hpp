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

// What the reference says of shares, their directories and files, and their snapshots, in the plainest form: maps that are
// searched and copied. Nothing here knows lazulite's own rules or rows.
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

/// A directory, a file or a symbolic link.
struct Node {
    enum class Kind { directory, file, link };

    Kind kind = Kind::file;
    std::uint64_t size = 0;
    std::shared_ptr<const Writes> writes = std::make_shared<Writes>();  ///< no longer than `size`
    int links = 1;
    int made = 0;  ///< by which creation
    bool read_only = false;
    std::string metadata;
    std::string type;
    std::string target;        ///< of a symbolic link
    std::string etag;          ///< empty: no answer told it
    std::string id;            ///< as lazulite calls it
    std::string last_written;  ///< in its words
    Lease lease;

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

    explicit Tree(bool keeps_case = false) : keeps_case_(keeps_case) { nodes_[kRoot].kind = Node::Kind::directory; }

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

struct Snapshot {
    Tree tree;
    std::string metadata;
    int quota_gib = 0;
    Lease lease;
};

struct Share {
    int quota_gib = 0;
    std::string metadata;
    Lease lease;
    Tree live;
    std::map<std::string, Snapshot> snapshots;  ///< by the id that lazulite gave
};

struct DeletedShare {
    Share share;
    Instant until;
};

/// What an answer told that a model cannot know.
struct Told {
    std::string etag;
    std::string id;
    std::string last_written;
};

/// Where a request goes: to the live share, or to a snapshot of it.
struct Where {
    std::string share;
    std::string snapshot = {};
    Path path = {};
};

class Model {
  public:
    Instant now;
    int retention_days = 0;

    // All outcomes are those of the request with these values; `told` is what its answer told, for when it succeeds.
    Outcome create_share(const std::string& name, bool nfs, int quota_gib, const std::string& metadata);
    Outcome delete_share(const std::string& name, const std::string& delete_snapshots, const std::string& lease);
    Outcome restore_share(const std::string& name, const std::string& version);
    Outcome set_share(const std::string& name, const std::optional<int>& quota_gib, const std::string& metadata, const std::string& lease);
    Outcome snapshot_share(const std::string& name, const std::string& metadata, const std::string& id);
    Outcome delete_snapshot(const Where& where, const std::string& lease);
    /// Null, and why: there is no such share or snapshot.
    Lease* share_lease(const Where& where, Outcome& missing);

    Outcome create_directory(const Where& where, const std::string& metadata, const Told& told);
    Outcome delete_directory(const Where& where);
    struct NewFile {
        std::uint64_t size = 0;
        std::uint64_t data = 0;  ///< bytes that come with it
        std::string metadata;
        std::string type;
        bool read_only = false;
        std::string lease;
    };
    Outcome create_file(const Where& where, const NewFile& file, const Told& told);
    Outcome delete_file(const Where& where, const std::string& lease);
    /// Put Range, by the write `last_write()`, or a clear.
    Outcome write(const Where& where, std::uint64_t first, std::uint64_t length, bool clear, const std::string& lease, const Told& told);
    struct Properties {
        std::optional<std::uint64_t> size;
        std::string type;
        std::optional<bool> read_only;
        std::string lease;
    };
    Outcome set_properties(const Where& where, bool directory, const Properties& properties, const Told& told);
    Outcome set_metadata(const Where& where, bool directory, const std::string& value, const std::string& lease, const Told& told);
    struct Rename {
        bool directory = false;
        bool replace = false;
        bool ignore_read_only = false;
        std::string source_lease;
        std::string destination_lease;
        std::string metadata;
    };
    Outcome rename(const Where& from, const Path& to, const Rename& asked, const Told& told);
    Outcome create_link(const Where& where, const std::string& target, const Told& told);
    Outcome create_hard_link(const Where& where, const Path& target, const std::string& lease, const Told& told);
    Lease* file_lease(const Where& where, Outcome& missing);

    /// What a read finds, with 200; `directory`: what it has to be.
    Outcome read(const Where& where, bool directory, const Node** found) const;
    Outcome list_ranges(const Where& where, const std::string& previous, bool by_id, std::vector<Part>& parts) const;

    void advance(Instant to);
    [[nodiscard]] std::uint32_t next_write() const { return writes_ + 1; }
    [[nodiscard]] std::map<std::string, Share>& shares() { return shares_; }
    /// By name and version; a version that begins with kUnknown was not told yet.
    [[nodiscard]] std::map<std::pair<std::string, std::string>, DeletedShare>& deleted() { return deleted_; }
    static constexpr char kUnknown = '?';

  private:
    /// The tree that a request is about; null, and why.
    [[nodiscard]] const Tree* tree_of(const Where& where, Outcome& missing) const;
    Tree* live_of(const Where& where, Outcome& missing);
    void put(Node& node, std::uint64_t first, std::uint64_t length, std::uint32_t write);
    void changed(Node& node, const Told& told) const;
    [[nodiscard]] bool over_quota(const std::string& share, std::uint64_t before, std::uint64_t after) const;

    std::map<std::string, Share> shares_;
    std::map<std::pair<std::string, std::string>, DeletedShare> deleted_;
    std::uint32_t writes_ = 0;
    int nodes_ = Tree::kRoot;
    int creations_ = 0;
    int unknown_ = 0;
};

}  // namespace lazulite::file::test
