#include "file/rows/expiry.hpp"

#include <cstring>
#include <string>
#include <type_traits>
#include <vector>

#include "file/domain/node.hpp"
#include "file/rows/copies.hpp"
#include "file/rows/shares.hpp"
#include "store/contents.hpp"

namespace lazulite::file {
namespace {

constexpr int kRowsOfASlice = 200;

static_assert(std::is_trivially_copyable_v<FormerSweep>);

std::string encode_sweep(const FormerSweep& sweep) {
    std::string text(sizeof sweep, '\0');
    std::memcpy(text.data(), &sweep, sizeof sweep);
    return text;
}

struct FormerEntry {
    std::int64_t dir_id;
    std::string key;
    std::int64_t died;
};
struct FormerNode {
    std::int64_t node_id;
    std::int64_t died;
    std::uint64_t size;
    ContentRef content;
};

void remove_former(WriteTxn& tx, const FormerEntry& entry) {
    tx.execute("DELETE FROM former_entries WHERE dir_id = ?1 AND key = ?2 AND died = ?3", entry.dir_id, entry.key, entry.died);
}

void remove_former(WriteTxn& tx, std::int64_t share_id, const FormerNode& node) {
    tx.execute("DELETE FROM former_nodes WHERE node_id = ?1 AND died = ?2", node.node_id, node.died);
    contents::release(tx, node.content);
    change_usage(tx, share_id, 0, -static_cast<std::int64_t>(node.size));
}

/// What one slice found of a table, and where it ended: rows that died together are dealt with together.
template <class Row>
struct Slice {
    std::vector<Row> rows;
    std::int64_t end;  ///< the last `died` that was looked at: no row up to it is left out
    bool more = false;
};

/// Walks rows that ended after `sweep.behind` and not after `until`, about a slice of them.
template <class Row, class Read>
Slice<Row> walk(Cursor cursor, const FormerSweep& sweep, std::int64_t until, Read read) {
    Slice<Row> slice{{}, until};
    std::int64_t last = tick_count(sweep.behind);
    for (int steps = 0; cursor.next(); ++steps) {
        const std::int64_t died = cursor.integer(0);
        if (steps >= kRowsOfASlice && died != last) {
            slice.end = last;
            slice.more = true;
            break;
        }
        last = died;
        if (instant_of(cursor.integer(1)) > sweep.before) slice.rows.push_back(read(cursor));
    }
    return slice;
}

Slice<FormerEntry> former_entries(ReadTxn& tx, const FormerSweep& sweep, std::int64_t until) {
    return walk<FormerEntry>(
        tx.query("SELECT died, born, dir_id, key FROM former_entries WHERE share_id = ?1 AND died > ?2 AND died <= ?3 ORDER BY died",
                 sweep.share_id, tick_count(sweep.behind), until),
        sweep, until, [](const Cursor& row) { return FormerEntry{row.integer(2), std::string(row.bytes(3)), row.integer(0)}; });
}

Slice<FormerNode> former_nodes(ReadTxn& tx, const FormerSweep& sweep, std::int64_t until) {
    return walk<FormerNode>(
        tx.query("SELECT died, tick, node_id, size, content FROM former_nodes WHERE share_id = ?1 AND died > ?2 AND died <= ?3 "
                 "ORDER BY died",
                 sweep.share_id, tick_count(sweep.behind), until),
        sweep, until, [](const Cursor& row) {
            return FormerNode{row.integer(2), row.integer(0), static_cast<std::uint64_t>(row.integer(3)),
                              ContentRef::decode(row.bytes(4))};
        });
}

void sweep_former(WriteTxn& tx, std::string_view key) {
    FormerSweep sweep;
    if (key.size() != sizeof sweep) return;
    std::memcpy(&sweep, key.data(), sizeof sweep);
    const auto entries = former_entries(tx, sweep, tick_count(sweep.until));
    const auto nodes = former_nodes(tx, sweep, entries.end);
    for (const FormerEntry& entry : entries.rows) {
        if (entry.died <= nodes.end) remove_former(tx, entry);
    }
    for (const FormerNode& node : nodes.rows) remove_former(tx, sweep.share_id, node);
    if (!entries.more && !nodes.more) return;
    sweep.behind = instant_of(nodes.end);
    sweep_soon(tx, sweep);
}

/// What of a share only snapshots showed, and what else stands under its id. Gives how many rows went.
int drain_share(WriteTxn& tx, std::int64_t share_id, int rows) {
    std::vector<FormerEntry> entries;
    {
        Cursor row = tx.query("SELECT dir_id, key, died FROM former_entries WHERE share_id = ?1 LIMIT ?2", share_id, rows);
        while (row.next()) entries.push_back({row.integer(0), std::string(row.bytes(1)), row.integer(2)});
    }
    for (const FormerEntry& entry : entries) remove_former(tx, entry);
    int left = rows - static_cast<int>(entries.size());
    std::vector<FormerNode> nodes;
    {
        Cursor row = tx.query("SELECT node_id, died, size, content FROM former_nodes WHERE share_id = ?1 LIMIT ?2", share_id, left);
        while (row.next()) {
            nodes.push_back({row.integer(0), row.integer(1), static_cast<std::uint64_t>(row.integer(2)),
                             ContentRef::decode(row.bytes(3))});
        }
    }
    for (const FormerNode& node : nodes) remove_former(tx, share_id, node);
    left -= static_cast<int>(nodes.size());
    if (left == 0) return rows;
    std::vector<std::string> permissions;
    {
        Cursor row = tx.query("SELECT key FROM permissions WHERE share_id = ?1 LIMIT ?2", share_id, left);
        while (row.next()) permissions.emplace_back(row.bytes(0));
    }
    for (const std::string& key : permissions) {
        tx.execute("DELETE FROM permissions WHERE share_id = ?1 AND key = ?2", share_id, key);
    }
    return rows - left + static_cast<int>(permissions.size());
}

/// The rows of a node that goes with what it stood in.
void drop_node(WriteTxn& tx, std::int64_t node_id) {
    std::optional<ContentRef> content;
    std::int64_t links = 0;
    {
        Cursor row = tx.query("SELECT links, content FROM nodes WHERE node_id = ?1", node_id);
        if (!row.next()) return;
        links = row.integer(0);
        content = ContentRef::decode(row.bytes(1));
    }
    if (links > 1) return tx.execute("UPDATE nodes SET links = links - 1 WHERE node_id = ?1", node_id);
    contents::release(tx, *content);
    tx.execute("DELETE FROM nodes WHERE node_id = ?1", node_id);
}

bool drain_directory(WriteTxn& tx, std::int64_t dir_id, int rows) {
    struct Doomed {
        std::string key;
        std::int64_t node_id;
        bool directory;
    };
    std::vector<Doomed> doomed;
    {
        Cursor row = tx.query("SELECT key, node_id, kind FROM entries WHERE dir_id = ?1 LIMIT ?2", dir_id, rows);
        while (row.next()) {
            doomed.push_back({std::string(row.bytes(0)), row.integer(1), row.integer(2) == static_cast<int>(NodeKind::directory)});
        }
    }
    for (const Doomed& entry : doomed) {
        if (entry.directory) {
            tx.drain(WriteTxn::Drain::directory, entry.node_id);
        } else {
            drop_node(tx, entry.node_id);
        }
        tx.execute("DELETE FROM entries WHERE dir_id = ?1 AND key = ?2", dir_id, entry.key);
    }
    int left = rows - static_cast<int>(doomed.size());
    if (left == 0) return false;
    left -= drain_share(tx, dir_id, left);
    if (left == 0) return false;
    drop_node(tx, dir_id);
    tx.execute("DELETE FROM share_snapshots WHERE share_id = ?1", dir_id);
    tx.execute("DELETE FROM usage WHERE share_id = ?1", dir_id);
    return true;
}

}  // namespace

void sweep_soon(WriteTxn& tx, const FormerSweep& sweep) {
    tx.expire_at(tx.now(), static_cast<int>(Expiry::former), tx.next_id(), encode_sweep(sweep));
}

void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key) {
    switch (static_cast<Expiry>(kind)) {
        case Expiry::shares: return remove_over(tx, key, id);
        case Expiry::former: return sweep_former(tx, key);
        case Expiry::copies: return end_copy(tx, key);
    }
}

bool drain(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows) {
    switch (kind) {
        case WriteTxn::Drain::directory: return drain_directory(tx, id, rows);
        case WriteTxn::Drain::content:
        case WriteTxn::Drain::merge:  // the store's own
        case WriteTxn::Drain::staging:
        case WriteTxn::Drain::queue:
        case WriteTxn::Drain::table: return true;
    }
    return true;
}

}  // namespace lazulite::file
