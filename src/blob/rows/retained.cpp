#include "blob/rows/retained.hpp"

#include <vector>

#include "blob/rows/blob_row.hpp"
#include "blob/rows/expiry.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/tags.hpp"
#include "blob/rows/tree.hpp"

namespace lazulite::blob {
namespace {

constexpr int kRetainedSnapshot = static_cast<int>(HistoryClass::snapshot);
constexpr int kRetainedVersion = static_cast<int>(HistoryClass::version);
constexpr int kRetainedBlob = static_cast<int>(HistoryClass::blob);

/// Rows that are removed in one transaction.
constexpr int kRetainedSlice = 200;

struct RetainedRow {
    std::string name;
    std::int64_t kind;
    std::int64_t tick;
    ContentRef content;
    std::optional<std::int64_t> child_dir_id;
};

// Columns: name, class, tick, content, child_dir_id.
std::vector<RetainedRow> read_rows(Cursor row) {
    std::vector<RetainedRow> rows;
    while (row.next()) {
        rows.push_back({std::string(row.bytes(0)), row.integer(1), row.integer(2), ContentRef::decode(row.bytes(3)),
                        row.is_null(4) ? std::nullopt : std::optional(row.integer(4))});
    }
    return rows;
}

void release_rows(WriteTxn& tx, std::int64_t dir_id, const std::vector<RetainedRow>& rows) {
    for (const RetainedRow& row : rows) {
        contents::release(tx, row.content);
        if (row.child_dir_id) drop_directory(tx, *row.child_dir_id);
        tx.execute("DELETE FROM retained WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", dir_id, row.name,
                   row.kind, row.tick);
    }
}

/// Versions that stand in `history` again are found by their tags again.
void index_versions(WriteTxn& tx, const BlobKey& key, std::int64_t now) {
    std::vector<std::pair<Instant, std::string>> tagged;
    {
        Cursor row = tx.query(
            "SELECT kind, size, created, tick, content, props FROM retained "
            "WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND until > ?4",
            key.dir_id, key.name, kRetainedVersion, now);
        while (row.next()) {
            Blob version = read_former(row, 0, HistoryClass::version);
            if (!version.tags.empty()) tagged.emplace_back(*version.version, std::move(version.tags));
        }
    }
    for (const auto& [id, tags] : tagged) change_tags(tx, key, HistoryId{HistoryClass::version, id}, {}, tags);
}

}  // namespace

void insert_retained(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob, const Retention& retention) {
    tx.execute(
        "INSERT INTO retained(dir_id, name, class, tick, kind, size, created, content, flags, props, deleted_tick, until, "
        "child_dir_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, ?11, ?12)",
        key.dir_id, key.name, static_cast<int>(id.kind), tick_count(id.id), static_cast<int>(blob.type), blob.size,
        tick_count(blob.created), blob.content.encode(), pack_former(blob, id.id), tick_count(retention.deleted),
        tick_count(retention.until), blob.child_dir_id);
    expire_at(tx, retention.until, Expiry::retained, key);
}

void retain_snapshots(WriteTxn& tx, const BlobKey& key, Instant cut, const Retention& retention) {
    tx.execute(
        "INSERT INTO retained(dir_id, name, class, tick, kind, size, created, content, flags, props, deleted_tick, until) "
        "SELECT dir_id, name, class, tick, kind, size, created, content, flags, props, ?5, ?6 FROM history "
        "WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick > ?4",
        key.dir_id, key.name, kRetainedSnapshot, tick_count(cut), tick_count(retention.deleted),
        tick_count(retention.until));
    expire_at(tx, retention.until, Expiry::retained, key);
}

bool has_retained(ReadTxn& tx, const BlobKey& key) {
    return tx.query("SELECT 1 FROM retained WHERE dir_id = ?1 AND name = ?2 LIMIT 1", key.dir_id, key.name).next();
}

bool has_retained_snapshots(ReadTxn& tx, const BlobKey& key) {
    return tx
        .query("SELECT 1 FROM retained WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND until > ?4 LIMIT 1", key.dir_id,
               key.name, kRetainedSnapshot, tick_count(tx.now()))
        .next();
}

bool has_retained_version(ReadTxn& tx, const BlobKey& key, Instant id) {
    return tx
        .query("SELECT 1 FROM retained WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", key.dir_id, key.name,
               kRetainedVersion, tick_count(id))
        .next();
}

void retain_as_snapshot(WriteTxn& tx, const BlobKey& key, BlobType type) {
    tx.execute("UPDATE retained SET class = ?4 WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND kind = ?5", key.dir_id,
               key.name, kRetainedBlob, kRetainedSnapshot, static_cast<int>(type));
}

void supersede_retained(WriteTxn& tx, const BlobKey& key, BlobType type) {
    // All that is kept of a name is of one type: the first row tells.
    bool of_type = true;
    {
        Cursor row = tx.query("SELECT kind FROM retained WHERE dir_id = ?1 AND name = ?2 LIMIT 1", key.dir_id, key.name);
        if (row.next()) of_type = row.integer(0) == static_cast<int>(type);
    }
    if (of_type) return retain_as_snapshot(tx, key, type);
    const auto rows = read_rows(tx.query("SELECT name, class, tick, content, child_dir_id FROM retained WHERE dir_id = ?1 AND name = ?2",
                                         key.dir_id, key.name));
    release_rows(tx, key.dir_id, rows);
}

bool undelete(WriteTxn& tx, const BlobKey& key) {
    const std::int64_t now = tick_count(tx.now());
    if (!tx.query("SELECT 1 FROM retained WHERE dir_id = ?1 AND name = ?2 AND until > ?3 LIMIT 1", key.dir_id, key.name, now)
             .next()) {
        return false;
    }
    finish_cut(tx, key);
    std::optional<Blob> blob;
    {
        Cursor row = tx.query(
            "SELECT kind, size, created, tick, content, props FROM retained "
            "WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND until > ?4",
            key.dir_id, key.name, kRetainedBlob, now);
        if (row.next()) blob = read_former(row, 0, HistoryClass::blob);
    }
    if (blob) {
        replace(tx, key, std::nullopt, blob);
        remove_mark(tx, key);
    }
    index_versions(tx, key, now);
    tx.execute(
        "INSERT INTO history(dir_id, name, class, tick, kind, size, created, content, flags, props) "
        "SELECT dir_id, name, class, tick, kind, size, created, content, flags, props FROM retained "
        "WHERE dir_id = ?1 AND name = ?2 AND class <> ?3 AND until > ?4",
        key.dir_id, key.name, kRetainedBlob, now);
    tx.execute("DELETE FROM retained WHERE dir_id = ?1 AND name = ?2 AND until > ?3", key.dir_id, key.name, now);
    return true;
}

std::optional<Blob> find_deleted(ReadTxn& tx, const BlobKey& kept, Instant deleted) {
    Cursor row = tx.query(
        "SELECT kind, size, created, tick, content, props, child_dir_id FROM retained "
        "WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4 AND until > ?5",
        kept.dir_id, kept.name, kRetainedBlob, tick_count(deleted), tick_count(tx.now()));
    if (!row.next()) return std::nullopt;
    Blob blob = read_former(row, 0, HistoryClass::blob);
    if (!row.is_null(6)) blob.child_dir_id = row.integer(6);
    return blob;
}

void restore_deleted(WriteTxn& tx, const BlobKey& kept, Instant deleted, const BlobKey& to, const Blob& blob) {
    tx.execute("DELETE FROM retained WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", kept.dir_id, kept.name,
               kRetainedBlob, tick_count(deleted));
    replace(tx, to, std::nullopt, blob);
    if (blob.expires) expire_at(tx, *blob.expires, Expiry::blobs, to);
}

bool remove_retained(WriteTxn& tx, const BlobKey& key, const HistoryId& id) {
    const auto rows = read_rows(
        tx.query("SELECT name, class, tick, content, child_dir_id FROM retained "
                 "WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4 AND until > ?5",
                 key.dir_id, key.name, static_cast<int>(id.kind), tick_count(id.id), tick_count(tx.now())));
    release_rows(tx, key.dir_id, rows);
    drop_idle_mark(tx, key);
    return !rows.empty();
}

void remove_over(WriteTxn& tx, const BlobKey& key) {
    const auto over =
        read_rows(tx.query("SELECT name, class, tick, content, child_dir_id FROM retained "
                           "WHERE dir_id = ?1 AND name = ?2 AND until <= ?3 ORDER BY until LIMIT ?4",
                           key.dir_id, key.name, tick_count(tx.now()), kRetainedSlice));
    if (over.empty()) return;
    release_rows(tx, key.dir_id, over);
    drop_idle_mark(tx, key);
    if (over.size() == kRetainedSlice) expire_soon(tx, Expiry::retained, key);
}

int drain_retained(WriteTxn& tx, std::int64_t dir_id, int rows) {
    const auto found = read_rows(
        tx.query("SELECT name, class, tick, content, child_dir_id FROM retained WHERE dir_id = ?1 LIMIT ?2", dir_id, rows));
    release_rows(tx, dir_id, found);
    return static_cast<int>(found.size());
}

}  // namespace lazulite::blob
