#include "blob/rows/blobs.hpp"

namespace lazulite::blob {
namespace {

/// Sets put last at this tick or before are over.
std::int64_t over_until(ReadTxn& tx) { return tick_count(tx.now() - kStagedLife); }

void remove_set(WriteTxn& tx, const BlobKey& key) {
    tx.execute("DELETE FROM staged_sets WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name);
}

/// What readers of a staged block would pin: nobody reads one, so any key does.
constexpr std::uint64_t kNoOwner = 0;

}  // namespace

std::optional<StagedSet> find_staged_set(ReadTxn& tx, const BlobKey& key) {
    Cursor row = tx.query(
        "SELECT staging_id, id_length, count, last_put, stamp FROM staged_sets "
        "WHERE dir_id = ?1 AND name = ?2 AND last_put > ?3",
        key.dir_id, key.name, over_until(tx));
    if (!row.next()) return std::nullopt;
    return StagedSet{row.integer(0), static_cast<std::uint64_t>(row.integer(1)), static_cast<std::uint64_t>(row.integer(2)),
                     Instant(Ticks(row.integer(3))), row.integer(4)};
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

void stage_block(WriteTxn& tx, const BlobKey& key, const std::optional<StagedSet>& set, const Block& block) {
    if (!set) drop_staged_set(tx, key);  // one whose time is over may still stand there
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
        "INSERT OR REPLACE INTO staged_sets(dir_id, name, staging_id, id_length, count, last_put, stamp) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        key.dir_id, key.name, staging_id, block.id.size(), blocks, tick_count(tx.now()), tick_count(tx.next_tick()));
}

void drop_staged_set(WriteTxn& tx, const BlobKey& key) {
    std::optional<std::int64_t> staging_id;
    {
        Cursor row = tx.query("SELECT staging_id FROM staged_sets WHERE dir_id = ?1 AND name = ?2", key.dir_id, key.name);
        if (row.next()) staging_id = row.integer(0);
    }
    if (!staging_id) return;
    remove_set(tx, key);
    tx.drain(WriteTxn::Drain::staging, *staging_id);
}

void consume_staged_set(WriteTxn& tx, const BlobKey& key, const StagedSet& set, const std::vector<Block>& blocks,
                        const std::vector<bool>& taken) {
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        if (!taken[i]) contents::release(tx, blocks[i].source, kNoOwner);
    }
    tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1", set.staging_id);
    remove_set(tx, key);
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
