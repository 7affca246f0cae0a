#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "permissions.hpp"
#include "tree.hpp"

// What the reference says of shares, their directories and files, and their snapshots, in the plainest form: maps that are
// searched and copied. Nothing here knows lazulite's own rules or rows.
namespace lazulite::file::test {

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
    std::set<std::string> permissions;          ///< the texts that it was ever given
};

struct DeletedShare {
    Share share;
    Instant until;
};

/// What an answer told that a model cannot know.
struct Told {
    std::string etag;
    std::string id;
    std::string created;
    std::string last_written;
    std::string copy_id = {};
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

    Outcome create_directory(const Where& where, const std::string& metadata, const AskedPermission& permission, const Told& told);
    Outcome delete_directory(const Where& where);
    struct NewFile {
        std::uint64_t size = 0;
        std::uint64_t data = 0;  ///< bytes that come with it
        std::string metadata;
        std::string type;
        std::string attributes;
        AskedPermission permission;
        std::string lease;
    };
    Outcome create_file(const Where& where, const NewFile& file, const Told& told);
    Outcome delete_file(const Where& where, const std::string& lease);
    /// Put Range, by the write `last_write()`, or a clear.
    Outcome write(const Where& where, std::uint64_t first, std::uint64_t length, bool clear, const std::string& lease, const Told& told);
    struct Properties {
        std::optional<std::uint64_t> size;
        std::string type;
        std::string attributes;  ///< empty: as they are
        AskedPermission permission;
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
        AskedPermission permission;
    };
    Outcome rename(const Where& from, const Path& to, const Rename& asked, const Told& told);
    Outcome create_link(const Where& where, const std::string& target, const Told& told);
    Outcome create_hard_link(const Where& where, const Path& target, const std::string& lease, const Told& told);
    Lease* file_lease(const Where& where, Outcome& missing);

    struct Copy {
        Where from;
        std::string source;  ///< the same, as a URL
        std::string lease;
        std::string metadata;
        bool ignore_read_only = false;
        bool set_archive = false;
        // A value, `source`, or nothing.
        std::string attributes;
        std::string created;
        std::string last_written;
        std::string permission_mode;  ///< `source`, `override` or nothing
        AskedPermission permission;
    };
    Outcome copy(const Where& to, const Copy& asked, const Told& told);
    /// Of what is not pending.
    Outcome abort_copy(const Where& where, const std::string& lease) const;

    Outcome create_permission(const std::string& share, const std::string& text);
    /// The text that a key stands for, with 200.
    Outcome permission(const std::string& share, const std::string& key, std::string& text) const;
    /// An answer shows that key for a text; false: that is not what was shown for it, or for another one.
    bool shown(const std::string& text, const std::string& key);
    /// By text, and of whatever share.
    [[nodiscard]] const std::map<std::string, std::string>& keys() const { return keys_; }

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
    /// Why no file can be made there; nothing where it can.
    [[nodiscard]] std::optional<Outcome> no_new_file(const Tree& tree, const Tree::Place& place, const std::string& lease,
                                                     bool ignore_read_only) const;
    /// What a file that is made there has of one that stands there, and what the answer told.
    [[nodiscard]] Node new_file(const Tree& tree, const Tree::Place& place, const Told& told);
    void save(Tree& tree, const Tree::Place& place, Node file);
    /// Gives a node the permission that is asked for, or says why not.
    std::optional<Outcome> set_permission(const Where& where, const AskedPermission& asked, bool is_new, int parent, Node& node);
    void put(Node& node, std::uint64_t first, std::uint64_t length, std::uint32_t write);
    void changed(Node& node, const Told& told) const;
    [[nodiscard]] bool over_quota(const std::string& share, std::uint64_t before, std::uint64_t after) const;

    std::map<std::string, Share> shares_;
    std::map<std::pair<std::string, std::string>, DeletedShare> deleted_;
    std::map<std::string, std::string> keys_;
    std::uint32_t writes_ = 0;
    int nodes_ = Tree::kRoot;
    int creations_ = 0;
    int unknown_ = 0;
};

}  // namespace lazulite::file::test
