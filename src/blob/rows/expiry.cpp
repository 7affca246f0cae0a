#include "blob/rows/expiry.hpp"

#include <cstring>
#include <vector>

#include "blob/rows/change_feed.hpp"
#include "blob/rows/containers.hpp"
#include "blob/rows/copies.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/retained.hpp"
#include "blob/rows/tree.hpp"

namespace lazulite::blob {
namespace {

constexpr int kRows = 200;

/// Looks at the sets behind `after` and drops those that are over.
void sweep_staged_sets(WriteTxn& tx, std::int64_t hour, std::string_view after) {
    BlobKey last = decode_key(after);
    std::vector<BlobKey> over;
    int rows = 0;
    {
        Cursor row = tx.query(
            "SELECT dir_id, name, last_put FROM staged_sets WHERE (dir_id, name) > (?1, ?2) ORDER BY dir_id, name "
            "LIMIT ?3",
            last.dir_id, last.name, kRows);
        for (; row.next(); ++rows) {
            last = {row.integer(0), std::string(row.bytes(1))};
            if (instant_of(row.integer(2)) + kStagedLife <= tx.now()) over.push_back(last);
        }
    }
    for (const BlobKey& key : over) drop_staged_set(tx, key);
    if (rows == kRows) tx.expire_at(tx.now(), static_cast<int>(Expiry::staged_sets), hour, encode_key(last));
}

void delete_consumed_blocks(WriteTxn& tx, std::int64_t staging_id) {
    std::optional<std::string> end;
    {
        Cursor row =
            tx.query("SELECT block_id FROM staged_blocks WHERE staging_id = ?1 ORDER BY block_id LIMIT 1 OFFSET ?2",
                     staging_id, kRows);
        if (row.next()) end = row.bytes(0);
    }
    if (!end) return tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1", staging_id);
    tx.execute("DELETE FROM staged_blocks WHERE staging_id = ?1 AND block_id < ?2", staging_id, *end);
    tx.expire_at(tx.now(), static_cast<int>(Expiry::consumed_blocks), staging_id, {});
}

}  // namespace

std::string encode_key(const BlobKey& key) {
    std::string text(sizeof key.dir_id, '\0');
    std::memcpy(text.data(), &key.dir_id, sizeof key.dir_id);
    return text + key.name;
}
BlobKey decode_key(std::string_view text) {
    BlobKey key;
    if (text.size() < sizeof key.dir_id) return key;
    std::memcpy(&key.dir_id, text.data(), sizeof key.dir_id);
    key.name = text.substr(sizeof key.dir_id);
    return key;
}

void expire_at(WriteTxn& tx, Instant due, Expiry kind, const BlobKey& key) {
    tx.expire_at(due, static_cast<int>(kind), tx.next_id(), encode_key(key));
}

void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key) {
    switch (static_cast<Expiry>(kind)) {
        case Expiry::staged_sets: return sweep_staged_sets(tx, id, key);
        case Expiry::consumed_blocks: return delete_consumed_blocks(tx, id);
        case Expiry::cut_snapshots: return remove_cut_snapshots(tx, decode_key(key));
        case Expiry::copies: return end_copy(tx, decode_key(key));
        case Expiry::blobs: return clear_expired(tx, decode_key(key));
        case Expiry::segment: return finalize_segment(tx, instant_of(id));
        case Expiry::segment_over: return remove_segment(tx, instant_of(id));
        case Expiry::retained: return remove_over(tx, decode_key(key));
        case Expiry::containers: return remove_over(tx, key, id);
    }
}

}  // namespace lazulite::blob
