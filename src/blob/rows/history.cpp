#include "blob/rows/history.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "base/packed.hpp"
#include "blob/rows/blob_row.hpp"
#include "blob/rows/expiry.hpp"

namespace lazulite::blob {
namespace {

/// The class of a row that cuts off all snapshots of its name up to its tick.
constexpr int kCut = 0;
constexpr int kSnapshot = static_cast<int>(HistoryClass::snapshot);
constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();

/// Rows that are removed in one transaction.
constexpr int kSlice = 200;

/// In the props of a row: its ETag and Last-Modified, where they are not its id.
constexpr std::uint8_t kEtagTick = 40;

/// The id of a version is not packed, and a snapshot is none; neither inherits a lease.
std::string pack_history(Blob blob, Instant id) {
    PackedWriter tick;
    if (blob.tick != id) tick.put_integer(kEtagTick, static_cast<std::uint64_t>(tick_count(blob.tick)));
    blob.version.reset();
    blob.lease.reset();
    return pack_props(blob) + tick.take();
}

// Columns from `at` on: kind, size, created, tick, content, props.
Blob read_history(const Cursor& row, int at, HistoryClass kind) {
    Blob blob = read_blob(row, at);
    if (kind == HistoryClass::version) blob.version = blob.tick;
    PackedReader props(row.bytes(at + 5));
    while (const auto entry = props.next()) {
        if (entry->tag == kEtagTick) blob.tick = instant_of(static_cast<std::int64_t>(entry->integer()));
    }
    return blob;
}

/// Snapshots up to this tick are gone.
std::int64_t cut_of(ReadTxn& tx, std::int64_t dir_id, std::string_view name) {
    Cursor row = tx.query("SELECT tick FROM history WHERE dir_id = ?1 AND name = ?2 AND class = 0 ORDER BY tick DESC LIMIT 1",
                          dir_id, name);
    return row.next() ? row.integer(0) : kEarliest;
}

struct Doomed {
    std::int64_t tick;
    ContentRef content;
};

/// Removes the oldest snapshots of a blob up to `until`, at most kSlice; false where there are more.
bool remove_slice(WriteTxn& tx, const BlobKey& key, std::int64_t until) {
    std::vector<Doomed> doomed;
    {
        Cursor row = tx.query(
            "SELECT tick, content FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick <= ?4 "
            "ORDER BY tick LIMIT ?5",
            key.dir_id, key.name, kSnapshot, until, kSlice + 1);
        while (row.next()) doomed.push_back({row.integer(0), ContentRef::decode(row.bytes(1))});
    }
    const bool all = doomed.size() <= kSlice;
    if (!all) doomed.pop_back();
    for (const Doomed& snapshot : doomed) contents::release(tx, snapshot.content);
    if (!doomed.empty()) {
        tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick <= ?4", key.dir_id,
                   key.name, kSnapshot, doomed.back().tick);
    }
    return all;
}

}  // namespace

std::optional<Blob> find_history(ReadTxn& tx, const BlobKey& key, const HistoryId& id) {
    if (id.kind == HistoryClass::snapshot && tick_count(id.id) <= cut_of(tx, key.dir_id, key.name)) return std::nullopt;
    Cursor row = tx.query(
        "SELECT kind, size, created, tick, content, props FROM history "
        "WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4",
        key.dir_id, key.name, static_cast<int>(id.kind), tick_count(id.id));
    if (!row.next()) return std::nullopt;
    return read_history(row, 0, id.kind);
}

bool has_snapshots(ReadTxn& tx, const BlobKey& key) {
    const std::int64_t cut = cut_of(tx, key.dir_id, key.name);
    return tx
        .query("SELECT 1 FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick > ?4 LIMIT 1", key.dir_id,
               key.name, kSnapshot, cut)
        .next();
}

std::optional<BlobType> type_of_versions(ReadTxn& tx, const BlobKey& key) {
    Cursor row = tx.query("SELECT kind FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 LIMIT 1", key.dir_id,
                          key.name, static_cast<int>(HistoryClass::version));
    if (!row.next()) return std::nullopt;
    return static_cast<BlobType>(row.integer(0));
}

void insert_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob) {
    tx.execute(
        "INSERT INTO history(dir_id, name, class, tick, kind, size, created, content, flags, props) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)",
        key.dir_id, key.name, static_cast<int>(id.kind), tick_count(id.id), static_cast<int>(blob.type), blob.size,
        tick_count(blob.created), blob.content.encode(), pack_history(blob, id.id));
}

void insert_snapshot(WriteTxn& tx, const BlobKey& key, Blob& base, Instant id, Blob snapshot) {
    snapshot.content = contents::share(tx, base.content, base.size);
    if (snapshot.content.encode() != base.content.encode()) {
        tx.execute("UPDATE blobs SET content = ?3 WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name,
                   snapshot.content.encode());
        base.content = snapshot.content;
    }
    insert_history(tx, key, {HistoryClass::snapshot, id}, snapshot);
}

void update_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob) {
    tx.execute("UPDATE history SET props = ?5 WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", key.dir_id,
               key.name, static_cast<int>(id.kind), tick_count(id.id), pack_history(blob, id.id));
}

void remove_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id) {
    const auto blob = find_history(tx, key, id);
    if (!blob) return;
    contents::release(tx, blob->content);
    tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", key.dir_id, key.name,
               static_cast<int>(id.kind), tick_count(id.id));
}

void remove_snapshots(WriteTxn& tx, const BlobKey& key) {
    const std::int64_t until = tick_count(tx.next_tick());
    if (cut_of(tx, key.dir_id, key.name) == kEarliest && remove_slice(tx, key, until)) return;
    tx.execute(
        "INSERT INTO history(dir_id, name, class, tick, kind, size, created, content, flags, props) "
        "VALUES(?1, ?2, ?3, ?4, 0, 0, 0, ?5, 0, ?5)",
        key.dir_id, key.name, kCut, until, ContentRef().encode());
    expire_soon(tx, Expiry::cut_snapshots, key);
}

void remove_cut_snapshots(WriteTxn& tx, const BlobKey& key) {
    const std::int64_t cut = cut_of(tx, key.dir_id, key.name);
    if (cut == kEarliest) return;
    if (!remove_slice(tx, key, cut)) return expire_soon(tx, Expiry::cut_snapshots, key);
    tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3", key.dir_id, key.name, kCut);
}

int drain_history(WriteTxn& tx, std::int64_t dir_id, int rows) {
    struct Row {
        std::string name;
        std::int64_t kind;
        std::int64_t tick;
        ContentRef content;
    };
    std::vector<Row> found;
    {
        Cursor row = tx.query("SELECT name, class, tick, content FROM history WHERE dir_id = ?1 LIMIT ?2", dir_id, rows);
        while (row.next()) {
            found.push_back({std::string(row.bytes(0)), row.integer(1), row.integer(2), ContentRef::decode(row.bytes(3))});
        }
    }
    for (const Row& row : found) {
        contents::release(tx, row.content);
        tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", dir_id, row.name,
                   row.kind, row.tick);
    }
    return static_cast<int>(found.size());
}

bool HistoryFilter::wants(HistoryClass kind) const {
    switch (kind) {
        case HistoryClass::snapshot: return snapshots;
        case HistoryClass::version: return versions;
    }
    return false;
}

HistoryCursor::HistoryCursor(ReadTxn& tx, std::int64_t dir_id, const HistoryFilter& filter, std::string_view name,
                             const Which& from)
    : tx_(tx), dir_id_(dir_id), filter_(filter) {
    if (from && from->kind != HistoryClass::snapshot) {
        seek(std::string(name), static_cast<int>(from->kind), tick_count(from->id));
    } else if (from) {
        const std::int64_t cut = cut_of(tx, dir_id, name);
        seek(std::string(name), kSnapshot, std::max(tick_count(from->id), cut == kEarliest ? cut : cut + 1));
    } else {
        seek(std::string(name), kCut, kEarliest);
    }
}

void HistoryCursor::seek(std::string name, int kind, std::int64_t tick) {
    row_.reset();
    first_ = std::move(name);
    row_.emplace(
        tx_.query("SELECT name, class, kind, size, created, tick, content, props FROM history "
                  "WHERE dir_id = ?1 AND (name, class, tick) >= (?2, ?3, ?4) ORDER BY name, class, tick",
                  dir_id_, first_, kind, tick));
}

bool HistoryCursor::next() {
    while (row_->next()) {
        const auto kind = static_cast<int>(row_->integer(1));
        if (kind == kCut) {
            seek(std::string(name()), kSnapshot, cut_of(tx_, dir_id_, name()) + 1);
        } else if (filter_.wants(static_cast<HistoryClass>(kind))) {
            return true;
        } else {
            seek(std::string(name()), kind + 1, kEarliest);
        }
    }
    return false;
}

std::string_view HistoryCursor::name() const { return row_->bytes(0); }

HistoryId HistoryCursor::id() const {
    return {static_cast<HistoryClass>(row_->integer(1)), instant_of(row_->integer(5))};
}

Blob HistoryCursor::blob() const { return read_history(*row_, 2, id().kind); }

}  // namespace lazulite::blob
