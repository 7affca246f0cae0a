#include "blob/rows/history.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "base/packed.hpp"
#include "blob/rows/blob_row.hpp"
#include "blob/rows/expiry.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/tags.hpp"

namespace lazulite::blob {
namespace {

/// The class of a row that cuts off all snapshots of its name up to its tick.
constexpr int kCut = 0;
constexpr int kSnapshot = static_cast<int>(HistoryClass::snapshot);
constexpr int kVersionClass = static_cast<int>(HistoryClass::version);
constexpr int kMark = static_cast<int>(HistoryClass::blob);
constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();

/// Rows that are removed in one transaction.
constexpr int kSlice = 200;

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
    return read_former(row, 0, id.kind);
}

bool has_snapshots(ReadTxn& tx, const BlobKey& key) {
    const std::int64_t cut = cut_of(tx, key.dir_id, key.name);
    return tx
        .query("SELECT 1 FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick > ?4 LIMIT 1", key.dir_id,
               key.name, kSnapshot, cut)
        .next();
}

std::vector<Instant> last_snapshots(ReadTxn& tx, const BlobKey& key, int most) {
    std::vector<Instant> ids;
    const std::int64_t cut = cut_of(tx, key.dir_id, key.name);
    Cursor row = tx.query(
        "SELECT tick FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick > ?4 ORDER BY tick DESC LIMIT ?5",
        key.dir_id, key.name, kSnapshot, cut, most);
    while (row.next()) ids.push_back(instant_of(row.integer(0)));
    return ids;
}

std::optional<BlobType> type_of_versions(ReadTxn& tx, const BlobKey& key) {
    Cursor row = tx.query("SELECT kind FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 LIMIT 1", key.dir_id,
                          key.name, kVersionClass);
    if (!row.next()) return std::nullopt;
    return static_cast<BlobType>(row.integer(0));
}

void insert_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob) {
    tx.execute(
        "INSERT INTO history(dir_id, name, class, tick, kind, size, created, content, flags, props) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)",
        key.dir_id, key.name, static_cast<int>(id.kind), tick_count(id.id), static_cast<int>(blob.type), blob.size,
        tick_count(blob.created), blob.content.encode(), pack_former(blob, id.id));
    change_tags(tx, key, id, {}, blob.tags);
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
    const auto before = find_history(tx, key, id);
    if (!before) return;
    tx.execute("UPDATE history SET props = ?5 WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", key.dir_id,
               key.name, static_cast<int>(id.kind), tick_count(id.id), pack_former(blob, id.id));
    change_tags(tx, key, id, before->tags, blob.tags);
}

void remove_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const std::optional<Retention>& retention) {
    const auto blob = find_history(tx, key, id);
    if (!blob) return;
    if (retention) {
        insert_retained(tx, key, id, *blob, *retention);
    } else {
        contents::release(tx, blob->content);
    }
    tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick = ?4", key.dir_id, key.name,
               static_cast<int>(id.kind), tick_count(id.id));
    change_tags(tx, key, id, blob->tags, {});
    drop_idle_mark(tx, key);
}

void remove_snapshots(WriteTxn& tx, const BlobKey& key, const std::optional<Retention>& retention) {
    if (retention) {
        const std::int64_t cut = cut_of(tx, key.dir_id, key.name);
        retain_snapshots(tx, key, instant_of(cut), *retention);
        return tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 AND tick > ?4", key.dir_id,
                          key.name, kSnapshot, cut);
    }
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

void finish_cut(WriteTxn& tx, const BlobKey& key) {
    const std::int64_t cut = cut_of(tx, key.dir_id, key.name);
    if (cut == kEarliest) return;
    while (!remove_slice(tx, key, cut)) {
    }
    tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3", key.dir_id, key.name, kCut);
}

void leave_mark(WriteTxn& tx, const BlobKey& key, Blob blob) {
    const bool versions = tx.query("SELECT 1 FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 UNION ALL "
                                   "SELECT 1 FROM retained WHERE dir_id = ?1 AND name = ?2 AND class = ?3 LIMIT 1",
                                   key.dir_id, key.name, kVersionClass)
                              .next();
    if (!versions) return;
    blob.content = {};
    insert_history(tx, key, {HistoryClass::blob, tx.next_tick()}, blob);
}

void remove_mark(WriteTxn& tx, const BlobKey& key) {
    tx.execute("DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3", key.dir_id, key.name, kMark);
}

void drop_idle_mark(WriteTxn& tx, const BlobKey& key) {
    tx.execute(
        "DELETE FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?3 "
        "AND NOT EXISTS (SELECT 1 FROM history WHERE dir_id = ?1 AND name = ?2 AND class = ?4) "
        "AND NOT EXISTS (SELECT 1 FROM retained WHERE dir_id = ?1 AND name = ?2 AND class = ?4)",
        key.dir_id, key.name, kMark, kVersionClass);
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

HistoryCursor::HistoryCursor(ReadTxn& tx, std::int64_t dir_id, const HistoryFilter& filter, std::string_view name,
                             const Which& from)
    : tx_(tx), dir_id_(dir_id), filter_(filter) {
    const std::string first(name);
    const int kind = from ? static_cast<int>(from->kind) : kCut;
    std::int64_t tick = from ? tick_count(from->id) : kEarliest;
    if (filter.deleted) {
        seek(retained_, first, kind, tick);
        advance(retained_);
    }
    if (!filter.snapshots && !filter.versions && !filter.marks) return;
    if (kind == kSnapshot) {
        const std::int64_t cut = cut_of(tx, dir_id, name);
        if (cut != kEarliest) tick = std::max(tick, cut + 1);
    }
    seek(kept_, first, kind, tick);
    advance(kept_);
}

void HistoryCursor::seek(Rows& rows, std::string name, int kind, std::int64_t tick) {
    rows.row.reset();
    rows.first = std::move(name);
    rows.row.emplace(tx_.query(
        &rows == &kept_
            ? "SELECT name, class, kind, size, created, tick, content, props FROM history "
              "WHERE dir_id = ?1 AND (name, class, tick) >= (?2, ?3, ?4) ORDER BY name, class, tick"
            : "SELECT name, class, kind, size, created, tick, content, props, deleted_tick, until, child_dir_id FROM retained "
              "WHERE dir_id = ?1 AND (name, class, tick) >= (?2, ?3, ?4) ORDER BY name, class, tick",
        dir_id_, rows.first, kind, tick));
}

void HistoryCursor::advance(Rows& rows) {
    rows.left = false;
    while (rows.row->next()) {
        const std::string name(rows.row->bytes(0));
        const auto kind = static_cast<int>(rows.row->integer(1));
        if (kind == kCut) {
            seek(rows, name, kSnapshot, cut_of(tx_, dir_id_, name) + 1);
        } else if (!wants(rows, static_cast<HistoryClass>(kind))) {
            seek(rows, name, kind + 1, kEarliest);
        } else if (is_shown(rows)) {
            rows.left = true;
            return;
        }
    }
}

bool HistoryCursor::wants(const Rows& rows, HistoryClass kind) const {
    switch (kind) {
        case HistoryClass::snapshot: return filter_.snapshots;
        case HistoryClass::version: return filter_.versions;
        case HistoryClass::blob: return &rows == &retained_ || filter_.marks;
    }
    return false;
}

bool HistoryCursor::is_shown(const Rows& rows) const {
    if (&rows == &retained_) return instant_of(rows.row->integer(9)) > tx_.now();
    if (rows.row->integer(1) != kMark) return true;
    return type_of_versions(tx_, {dir_id_, std::string(rows.row->bytes(0))}).has_value();
}

bool HistoryCursor::next() {
    if (at_ != nullptr) advance(*at_);
    at_ = kept_.left ? &kept_ : retained_.left ? &retained_ : nullptr;
    if (kept_.left && retained_.left) {
        const auto place = [](const Rows& rows) {
            return std::tuple(rows.row->bytes(0), rows.row->integer(1), rows.row->integer(5));
        };
        if (place(retained_) < place(kept_)) at_ = &retained_;
    }
    return at_ != nullptr;
}

std::string_view HistoryCursor::name() const { return at_->row->bytes(0); }

HistoryId HistoryCursor::id() const {
    return {static_cast<HistoryClass>(at_->row->integer(1)), instant_of(at_->row->integer(5))};
}

std::optional<Retention> HistoryCursor::deleted() const {
    if (at_ == &kept_) return std::nullopt;
    return Retention{instant_of(at_->row->integer(8)), instant_of(at_->row->integer(9))};
}

Blob HistoryCursor::blob() const {
    Blob blob = read_former(*at_->row, 2, id().kind);
    if (at_ == &retained_ && !at_->row->is_null(10)) blob.child_dir_id = at_->row->integer(10);
    if (at_ == &kept_ && id().kind == HistoryClass::blob) blob.version = id().id;
    return blob;
}

}  // namespace lazulite::blob
