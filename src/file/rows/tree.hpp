#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/etag.hpp"
#include "copy/last_copy.hpp"
#include "file/domain/attributes.hpp"
#include "file/domain/node.hpp"
#include "file/domain/permission.hpp"
#include "file/rows/shares.hpp"
#include "lease/lease.hpp"
#include "store/contents.hpp"
#include "store/transaction.hpp"

// The tree of a share: entries, which are names in directories, and nodes, which are what they stand for. Both are live, or
// what a share snapshot shows (docs/decisions/0010-files.md).

namespace lazulite::file {

/// Which state of a share is read: the live one, or that of a snapshot.
using AsOf = std::optional<Instant>;

/// A name in a directory.
struct Entry {
    std::int64_t dir_id = 0;
    std::string key;   ///< of `name` (domain/names.hpp)
    std::string name;  ///< as it was given
    std::int64_t node_id = 0;
    NodeKind kind = NodeKind::file;
    Instant born;  ///< since when it is so
};

/// A directory, file or symbolic link. `tick` is its ETag and Last-Modified, and since when it is as it is.
struct Node {
    std::int64_t id = 0;
    NodeKind kind = NodeKind::file;
    std::uint64_t size = 0;
    std::uint64_t links = 1;  ///< entries that stand for it
    Revision tick;
    ContentRef content;  ///< a map of spans
    Attributes attributes;
    Instant created;
    Instant last_written;
    Instant changed;
    std::optional<PermissionKey> permission;  ///< nothing: the default one of its kind
    std::optional<NfsProperties> nfs;         ///< on NFS shares
    FileHeaders headers;
    std::string metadata;     ///< packed (wire/metadata.hpp)
    std::string link_target;  ///< of a symbolic link
    MaybeLease lease;         ///< as stored; no snapshot has one
    std::optional<LastCopy> copy;  ///< the last one onto it; as stored: `bring_up_to` says what it is now
    std::uint64_t counted = 0;     ///< what its share counts for it: `size` as it was read
    Instant made;              ///< when it became another one than whatever had its name before, by Create File or a copy
};

[[nodiscard]] std::optional<Entry> find_entry(ReadTxn& tx, std::int64_t dir_id, std::string_view key, const AsOf& as_of = {});
[[nodiscard]] std::optional<Node> find_node(ReadTxn& tx, std::int64_t id, const AsOf& as_of = {});
/// Whether nothing stands in a directory now.
[[nodiscard]] bool is_empty(ReadTxn& tx, std::int64_t dir_id);

/// `entry.born` is when that happens.
void insert_entry(WriteTxn& tx, const Entry& entry);
/// What a snapshot shows of it stays as a former state until then.
void remove_entry(WriteTxn& tx, const Share& share, const Entry& entry, Instant died);

void insert_node(WriteTxn& tx, const Share& share, const Node& node);
/// With its last entry; what a snapshot shows of it stays.
void remove_node(WriteTxn& tx, const Share& share, const Node& node, Instant died);
/// Saves what is of the live node alone: its lease. No ETag changes.
void save_lease(WriteTxn& tx, const Node& node);
/// Saves how far a copy onto it has come, or that its time is over, by which no ETag changes either.
void save_copy(WriteTxn& tx, std::int64_t share_id, const Node& node);

/// A node about to change: with its new tick, which is drawn here, and a content that may be written to. What a snapshot
/// shows of it is kept. Every change is between these two.
[[nodiscard]] Node begin_change(WriteTxn& tx, const Share& share, const Node& node);
/// Saves it. `before` is what `begin_change` gave; content that `after` no longer names is released.
void end_change(WriteTxn& tx, const Share& share, const Node& before, const Node& after);

/// Both, with `change(Node&)` in between. Gives the node as it is now.
template <class Change>
Node change_node(WriteTxn& tx, const Share& share, const Node& node, Change change) {
    const Node before = begin_change(tx, share, node);
    Node after = before;
    change(after);
    end_change(tx, share, before, after);
    return after;
}

/// Walks the entries of a directory in order of their keys, from `first` on.
class EntryCursor {
  public:
    EntryCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first, AsOf as_of);
    /// Moves to the next entry; false at the end, and where `steps` rows that it does not show were passed over on the way:
    /// `stopped_at` then says where to go on.
    [[nodiscard]] bool next(std::size_t& steps);
    [[nodiscard]] const Entry& entry() const { return entry_; }
    [[nodiscard]] const std::optional<std::string>& stopped_at() const { return stopped_at_; }

  private:
    /// One of the two tables, at its next row.
    struct Side {
        Cursor cursor;
        bool former;
        bool has_row = false;
    };
    /// The one whose row comes first; null: both are at their end.
    Side* first_side();
    [[nodiscard]] bool shown(const Side& side) const;

    std::int64_t dir_id_;
    AsOf as_of_;
    Side live_;
    std::optional<Side> former_;
    Entry entry_;
    std::optional<std::string> stopped_at_;
};

/// The text of a permission of that share; nothing where it was never given there. The default ones are everybody's.
[[nodiscard]] std::optional<std::string> find_permission(ReadTxn& tx, std::int64_t share_id, const PermissionKey& key);
PermissionKey insert_permission(WriteTxn& tx, std::int64_t share_id, std::string_view sddl);

}  // namespace lazulite::file
