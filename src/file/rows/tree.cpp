#include "file/rows/tree.hpp"

#include <algorithm>

#include "base/packed.hpp"

namespace lazulite::file {
namespace {

struct NodeTag {
    enum : std::uint8_t {
        content_type = 1,
        content_encoding = 2,
        content_language = 3,
        content_md5 = 4,
        cache_control = 5,
        content_disposition = 6,
        metadata = 7,
        attributes = 10,
        created = 11,
        last_written = 12,
        changed = 13,
        permission = 14,
        made = 15,
        mode = 16,  ///< and 1, so that a node without NFS properties has none
        owner = 17,
        group = 18,
        link_target = 19,
        lease = 20,  ///< the first of four
        copy = 30,   ///< packed itself (copy/last_copy.hpp)
        etag = 80,
    };
};

std::uint64_t count_of_ticks(Instant when) { return static_cast<std::uint64_t>(tick_count(when)); }
Instant instant_at(std::uint64_t count) { return instant_of(static_cast<std::int64_t>(count)); }

std::string pack_node(const Node& node, bool with_lease = true) {
    PackedWriter props;
    // The default type is by far the commonest and costs nothing this way; an explicitly empty one is a single NUL.
    if (node.headers.type.empty()) {
        props.put(NodeTag::content_type, std::string_view("\0", 1));
    } else if (node.headers.type != kDefaultContentType) {
        props.put(NodeTag::content_type, node.headers.type);
    }
    props.put(NodeTag::content_encoding, node.headers.encoding);
    props.put(NodeTag::content_language, node.headers.language);
    props.put(NodeTag::content_md5, node.headers.md5);
    props.put(NodeTag::cache_control, node.headers.cache_control);
    props.put(NodeTag::content_disposition, node.headers.disposition);
    props.put(NodeTag::metadata, node.metadata);
    props.put_integer(NodeTag::attributes, node.attributes.bits());
    props.put_integer(NodeTag::created, count_of_ticks(node.created));
    props.put_integer(NodeTag::last_written, count_of_ticks(node.last_written));
    props.put_integer(NodeTag::changed, count_of_ticks(node.changed));
    props.put_integer(NodeTag::made, count_of_ticks(node.made));
    if (node.permission) props.put(NodeTag::permission, node.permission->packed());
    if (node.nfs) {
        props.put_integer(NodeTag::mode, std::uint64_t{node.nfs->mode} + 1);
        props.put_integer(NodeTag::owner, node.nfs->owner);
        props.put_integer(NodeTag::group, node.nfs->group);
    }
    props.put(NodeTag::link_target, node.link_target);
    if (with_lease) pack_lease(props, NodeTag::lease, node.lease);
    if (node.copy) {
        PackedWriter packed;
        pack_copy(packed, *node.copy);
        props.put(NodeTag::copy, packed.take());
    }
    props.put_integer(NodeTag::etag, node.tick.brought);
    return props.take();
}

LastCopy unpack_copy_of(std::string_view bytes) {
    LastCopy copy;
    PackedReader packed(bytes);
    while (const auto entry = packed.next()) unpack_copy(*entry, copy);
    return copy;
}

void unpack_node(std::string_view bytes, Node& node) {
    node.headers.type = kDefaultContentType;
    const auto nfs = [&node]() -> NfsProperties& {
        if (!node.nfs) node.nfs.emplace();
        return *node.nfs;
    };
    PackedReader props(bytes);
    while (const auto entry = props.next()) {
        switch (entry->tag) {
            case NodeTag::content_type:
                node.headers.type = entry->value == std::string_view("\0", 1) ? "" : entry->value;
                break;
            case NodeTag::content_encoding: node.headers.encoding = entry->value; break;
            case NodeTag::content_language: node.headers.language = entry->value; break;
            case NodeTag::content_md5: node.headers.md5 = entry->value; break;
            case NodeTag::cache_control: node.headers.cache_control = entry->value; break;
            case NodeTag::content_disposition: node.headers.disposition = entry->value; break;
            case NodeTag::metadata: node.metadata = entry->value; break;
            case NodeTag::attributes: node.attributes = Attributes(static_cast<std::uint32_t>(entry->integer())); break;
            case NodeTag::created: node.created = instant_at(entry->integer()); break;
            case NodeTag::last_written: node.last_written = instant_at(entry->integer()); break;
            case NodeTag::changed: node.changed = instant_at(entry->integer()); break;
            case NodeTag::made: node.made = instant_at(entry->integer()); break;
            case NodeTag::permission: node.permission = PermissionKey::unpack(entry->value); break;
            case NodeTag::mode: nfs().mode = static_cast<std::uint32_t>(entry->integer() - 1); break;
            case NodeTag::owner: nfs().owner = static_cast<std::uint32_t>(entry->integer()); break;
            case NodeTag::group: nfs().group = static_cast<std::uint32_t>(entry->integer()); break;
            case NodeTag::link_target: node.link_target = entry->value; break;
            case NodeTag::etag: node.tick.brought = entry->integer(); break;
            case NodeTag::copy: node.copy = unpack_copy_of(entry->value); break;
            default: unpack_lease(*entry, NodeTag::lease, node.lease); break;
        }
    }
}

// Columns: kind, size, links, tick, content, props.
Node read_node(const Cursor& row, std::int64_t id) {
    Node node;
    node.id = id;
    node.kind = static_cast<NodeKind>(row.integer(0));
    node.size = node.counted = static_cast<std::uint64_t>(row.integer(1));
    node.links = static_cast<std::uint64_t>(row.integer(2));
    node.tick = instant_of(row.integer(3));
    node.content = ContentRef::decode(row.bytes(4));
    unpack_node(row.bytes(5), node);
    return node;
}

// Columns: key, name, node_id, kind, born.
Entry read_entry(const Cursor& row, std::int64_t dir_id) {
    Entry entry;
    entry.dir_id = dir_id;
    entry.key = row.bytes(0);
    entry.name = row.is_null(1) ? row.bytes(0) : row.bytes(1);
    entry.node_id = row.integer(2);
    entry.kind = static_cast<NodeKind>(row.integer(3));
    entry.born = instant_of(row.integer(4));
    return entry;
}

/// A former state, which then names `node.content`.
void insert_former(WriteTxn& tx, const Share& share, const Node& node, Instant died) {
    tx.execute(
        "INSERT INTO former_nodes(node_id, died, share_id, kind, size, links, tick, content, props) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        node.id, tick_count(died), share.id, static_cast<int>(node.kind), node.size, node.links, tick_count(node.tick),
        node.content.encode(), pack_node(node, false));
    change_usage(tx, share.id, 0, static_cast<std::int64_t>(node.size));
}

void write_node(WriteTxn& tx, const Node& node) {
    tx.execute(
        "INSERT OR REPLACE INTO nodes(node_id, kind, size, links, tick, content, props) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        node.id, static_cast<int>(node.kind), node.size, node.links, tick_count(node.tick), node.content.encode(),
        pack_node(node));
}

}  // namespace

std::optional<Entry> find_entry(ReadTxn& tx, std::int64_t dir_id, std::string_view key, const AsOf& as_of) {
    {
        Cursor row = tx.query("SELECT key, name, node_id, kind, born FROM entries WHERE dir_id = ?1 AND key = ?2", dir_id, key);
        if (row.next() && (!as_of || instant_of(row.integer(4)) <= *as_of)) return read_entry(row, dir_id);
    }
    if (!as_of) return std::nullopt;
    // The first that ended behind it; whether it had begun says the rest.
    Cursor row = tx.query(
        "SELECT key, name, node_id, kind, born FROM former_entries WHERE dir_id = ?1 AND key = ?2 AND died > ?3 "
        "ORDER BY died LIMIT 1",
        dir_id, key, tick_count(*as_of));
    if (!row.next() || instant_of(row.integer(4)) > *as_of) return std::nullopt;
    return read_entry(row, dir_id);
}

std::optional<Node> find_node(ReadTxn& tx, std::int64_t id, const AsOf& as_of) {
    {
        Cursor row = tx.query("SELECT kind, size, links, tick, content, props FROM nodes WHERE node_id = ?1", id);
        if (row.next() && (!as_of || instant_of(row.integer(3)) <= *as_of)) {
            Node node = read_node(row, id);
            if (as_of) node.lease.reset();
            return node;
        }
    }
    if (!as_of) return std::nullopt;
    Cursor row = tx.query(
        "SELECT kind, size, links, tick, content, props FROM former_nodes WHERE node_id = ?1 AND died > ?2 ORDER BY died LIMIT 1",
        id, tick_count(*as_of));
    if (!row.next() || instant_of(row.integer(3)) > *as_of) return std::nullopt;
    return read_node(row, id);
}

bool is_empty(ReadTxn& tx, std::int64_t dir_id) {
    Cursor row = tx.query("SELECT 1 FROM entries WHERE dir_id = ?1 LIMIT 1", dir_id);
    return !row.next();
}

void insert_entry(WriteTxn& tx, const Entry& entry) {
    constexpr const char* kInsert =
        "INSERT INTO entries(dir_id, key, name, node_id, kind, born) VALUES(?1, ?2, ?3, ?4, ?5, ?6)";
    const int kind = static_cast<int>(entry.kind);
    if (entry.name == entry.key) {
        tx.execute(kInsert, entry.dir_id, entry.key, nullptr, entry.node_id, kind, tick_count(entry.born));
    } else {
        tx.execute(kInsert, entry.dir_id, entry.key, entry.name, entry.node_id, kind, tick_count(entry.born));
    }
}

void remove_entry(WriteTxn& tx, const Share& share, const Entry& entry, Instant died) {
    if (share.shown_by_snapshot(entry.born)) {
        tx.execute(
            "INSERT INTO former_entries(dir_id, key, died, share_id, name, node_id, kind, born) "
            "SELECT dir_id, key, ?3, ?4, name, node_id, kind, born FROM entries WHERE dir_id = ?1 AND key = ?2",
            entry.dir_id, entry.key, tick_count(died), share.id);
    }
    tx.execute("DELETE FROM entries WHERE dir_id = ?1 AND key = ?2", entry.dir_id, entry.key);
}

void insert_node(WriteTxn& tx, const Share& share, const Node& node) {
    write_node(tx, node);
    change_usage(tx, share.id, static_cast<std::int64_t>(node.size), 0);
}

void remove_node(WriteTxn& tx, const Share& share, const Node& node, Instant died) {
    tx.execute("DELETE FROM nodes WHERE node_id = ?1", node.id);
    change_usage(tx, share.id, -static_cast<std::int64_t>(node.counted), 0);
    if (share.shown_by_snapshot(node.tick)) {
        insert_former(tx, share, node, died);
    } else {
        contents::release(tx, node.content);
    }
}

void save_lease(WriteTxn& tx, const Node& node) {
    auto stored = find_node(tx, node.id);
    if (!stored) return;
    stored->lease = node.lease;
    tx.execute("UPDATE nodes SET props = ?2 WHERE node_id = ?1", node.id, pack_node(*stored));
}

void save_copy(WriteTxn& tx, std::int64_t share_id, const Node& node) {
    write_node(tx, node);
    change_usage(tx, share_id, static_cast<std::int64_t>(node.size) - static_cast<std::int64_t>(node.counted), 0);
}

Node begin_change(WriteTxn& tx, const Share& share, const Node& node) {
    Node changing = node;
    const Instant now = tx.next_tick();
    if (share.shown_by_snapshot(node.tick)) {
        Node former = node;
        if (!node.content.empty()) former.content = changing.content = contents::share(tx, node.content, node.size);
        insert_former(tx, share, former, now);
    }
    changing.tick = now;
    return changing;
}

void end_change(WriteTxn& tx, const Share& share, const Node& before, const Node& after) {
    write_node(tx, after);
    change_usage(tx, share.id, static_cast<std::int64_t>(after.size) - static_cast<std::int64_t>(before.counted), 0);
    if (after.content.encode() != before.content.encode()) contents::release(tx, before.content);
}

EntryCursor::EntryCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first, AsOf as_of)
    : dir_id_(dir_id),
      as_of_(as_of),
      live_{tx.query("SELECT key, name, node_id, kind, born FROM entries WHERE dir_id = ?1 AND key >= ?2 ORDER BY key", dir_id,
                     first),
            false} {
    live_.has_row = live_.cursor.next();
    if (!as_of) return;
    former_.emplace(Side{tx.query("SELECT key, name, node_id, kind, born, died FROM former_entries "
                                  "WHERE dir_id = ?1 AND key >= ?2 ORDER BY key, died",
                                  dir_id, first),
                         true});
    former_->has_row = former_->cursor.next();
}

EntryCursor::Side* EntryCursor::first_side() {
    if (!former_ || !former_->has_row) return live_.has_row ? &live_ : nullptr;
    return live_.has_row && live_.cursor.bytes(0) <= former_->cursor.bytes(0) ? &live_ : &*former_;
}

bool EntryCursor::shown(const Side& side) const {
    const bool began = !as_of_ || instant_of(side.cursor.integer(4)) <= *as_of_;
    return began && (!side.former || instant_of(side.cursor.integer(5)) > *as_of_);
}

bool EntryCursor::next(std::size_t& steps) {
    if (stopped_at_) return false;
    while (Side* const side = first_side()) {
        if (shown(*side)) {
            entry_ = read_entry(side->cursor, dir_id_);
            side->has_row = side->cursor.next();
            return true;
        }
        // Other states of the name that came last do not stop it: whoever went on there would be shown that one again.
        if (steps == 0 && side->cursor.bytes(0) != entry_.key) {
            stopped_at_ = std::string(side->cursor.bytes(0));
            return false;
        }
        if (steps > 0) --steps;
        side->has_row = side->cursor.next();
    }
    return false;
}

std::optional<std::string> find_permission(ReadTxn& tx, std::int64_t share_id, const PermissionKey& key) {
    static const PermissionKey kOfDirectories = PermissionKey::of(kDefaultPermission);
    static const PermissionKey kOfFiles = PermissionKey::of(kDefaultFilePermission);
    if (key == kOfDirectories) return std::string(kDefaultPermission);
    if (key == kOfFiles) return std::string(kDefaultFilePermission);
    Cursor row = tx.query("SELECT text FROM permissions WHERE share_id = ?1 AND key = ?2", share_id, key.packed());
    if (!row.next()) return std::nullopt;
    return std::string(row.bytes(0));
}

PermissionKey insert_permission(WriteTxn& tx, std::int64_t share_id, std::string_view sddl) {
    const PermissionKey key = PermissionKey::of(sddl);
    tx.execute("INSERT OR IGNORE INTO permissions(share_id, key, text) VALUES(?1, ?2, ?3)", share_id, key.packed(), sddl);
    return key;
}

}  // namespace lazulite::file
