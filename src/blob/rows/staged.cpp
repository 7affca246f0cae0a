#include "blob/rows/blobs.hpp"
#include "blob/rows/expiry.hpp"

namespace lazulite::blob {
namespace {

/// Sets put last at this tick or before are over.
std::int64_t over_until(ReadTxn& tx) { return tick_count(tx.now() - kStagedLife); }

void remove_set(WriteTxn& tx, const BlobKey& key) {
    tx.execute("DELETE FROM staged_sets WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name);
}

/// What readers of a staged block would pin: nobody reads one, so any key does.
constexpr std::uint64_t kNoOwner = 0;

/// Staged blocks that are deleted in the transaction that commits them.
constexpr std::uint64_t kRowsAtOnce = 500;

constexpr Ticks kHour = std::chrono::hours(1);
std::int64_t hour_of(Instant when) { return when.time_since_epoch() / kHour; }

/// Sets of which a block is put now are looked at when the last of this hour's is over.
void expire_sets_of_this_hour(WriteTxn& tx) {
    const std::int64_t hour = hour_of(tx.now());
    tx.expire_at(Instant((hour + 1) * kHour) + kStagedLife, static_cast<int>(Expiry::staged_sets), hour, {});
}

}  // namespace

std::optional<StagedSet> find_staged_set(ReadTxn& tx, const BlobKey& key) {
    Cursor row = tx.query(
        "SELECT staging_id, id_length, count, last_put, stamp, key_sha256, scope FROM staged_sets "
        "WHERE dir_id = ?1 AND name = ?2 AND last_put > ?3",
        key.dir_id, key.name, over_until(tx));
    if (!row.next()) return std::nullopt;
    return StagedSet{row.integer(0), static_cast<std::uint64_t>(row.integer(1)),
                     static_cast<std::uint64_t>(row.integer(2)), Instant(Ticks(row.integer(3))), row.integer(4),
                     {std::string(row.bytes(5)), std::string(row.bytes(6))}};
}

bool is_staged(ReadTxn& tx, const StagedSet& set, std::string_view block_id) {
    return tx.query("SELECT 1 FROM staged_blocks WHERE staging_id = ?1 AND block_id = ?2", set.staging_id, block_id)
        .next();
}

std::vector<Block> staged_blocks(ReadTxn& tx, std::int64_t staging_id) {
    std::vector<Block> blocks;
    Cursor row = tx.query("SELECT block_id, length, source FROM staged_blocks WHERE staging_id = ?1 ORDER BY block_id",
                          staging_id);
    while (row.next()) {
        blocks.push_back({std::string(row.bytes(0)), static_cast<std::uint64_t>(row.integer(1)),
                          contents::decode_source(row.bytes(2))});
    }
    return blocks;
}

void stage_block(WriteTxn& tx, const BlobKey& key, const std::optional<StagedSet>& set, const Block& block,
                 const Encryption& encryption) {
    if (!set) drop_staged_set(tx, key);  // one whose time is over may still stand there
    if (!set || hour_of(set->last_put) != hour_of(tx.now())) expire_sets_of_this_hour(tx);
    const std::int64_t staging_id = set ? set->staging_id : tx.next_id();
    std::optional<Source> replaced;
    if (set) {
        Cursor row = tx.query("SELECT source FROM staged_blocks WHERE staging_id = ?1 AND block_id = ?2", staging_id,
                              block.id);
        if (row.next()) replaced = contents::decode_source(row.bytes(0));
    }
    if (replaced) contents::release(tx, *replaced, kNoOwner);
    contents::name(tx, block.source);
    tx.execute("INSERT OR REPLACE INTO staged_blocks(staging_id, block_id, length, source) VALUES(?1, ?2, ?3, ?4)",
               staging_id, block.id, block.length, contents::encode_source(block.source));
    const std::uint64_t blocks = (set ? set->count : 0) + (replaced ? 0 : 1);
    tx.execute(
        "INSERT OR REPLACE INTO staged_sets(dir_id, name, staging_id, id_length, count, last_put, stamp, key_sha256, scope) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        key.dir_id, key.name, staging_id, block.id.size(), blocks, tick_count(tx.now()), tick_count(tx.next_tick()),
        encryption.key_sha256, encryption.scope);
}

void drop_staged_set(WriteTxn& tx, const BlobKey& key) {
    std::optional<std::int64_t> staging_id;
    {
        Cursor row =
            tx.query("SELECT staging_id FROM staged_sets WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name);
        if (row.next()) staging_id = row.integer(0);
    }
    if (!staging_id) return;
    remove_set(tx, key);
    tx.drain(WriteTxn::Drain::staging, *staging_id);
}

void consume_staged_set(WriteTxn& tx, const BlobKey& key, const StagedSet& set, const TakenBlocks& taken) {
    remove_set(tx, key);
    if (taken.only) {
        for (std::string_view ids = *taken.only; !ids.empty(); ids.remove_prefix(set.id_length)) {
            tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1 AND block_id = ?2", set.staging_id,
                       ids.substr(0, set.id_length));
        }
        return tx.drain(WriteTxn::Drain::staging, set.staging_id);
    }
    for (const Source& source : taken.all_but) contents::release(tx, source, kNoOwner);
    if (set.count > kRowsAtOnce) {
        return tx.expire_at(tx.now(), static_cast<int>(Expiry::consumed_blocks), set.staging_id, {});
    }
    tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1", set.staging_id);
}

void take_staged_blocks(WriteTxn& tx, const BlobKey& key, const StagedSet& set, std::string_view ids) {
    const std::uint64_t taken = ids.size() / set.id_length;
    for (; !ids.empty(); ids.remove_prefix(set.id_length)) {
        tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1 AND block_id = ?2", set.staging_id,
                   ids.substr(0, set.id_length));
    }
    tx.execute("UPDATE staged_sets SET count = ?3, stamp = ?4 WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name,
               set.count - taken, tick_count(tx.next_tick()));
}

StagedCursor::StagedCursor(ReadTxn& tx, std::int64_t dir_id, std::string_view first)
    : cursor_(tx.query("SELECT name, last_put FROM staged_sets WHERE dir_id = ?1 AND name >= ?2 ORDER BY name", dir_id,
                       first)),
      alive_since_(over_until(tx)) {}

bool StagedCursor::next() {
    while (cursor_.next()) {
        if (cursor_.integer(1) > alive_since_) return true;
    }
    return false;
}

std::string_view StagedCursor::name() const { return cursor_.bytes(0); }

Instant StagedCursor::last_put() const { return Instant(Ticks(cursor_.integer(1))); }

}  // namespace lazulite::blob
