#include "blob/rows/copies.hpp"

#include <utility>

#include "blob/rows/expiry.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/tree.hpp"

namespace lazulite::blob {
namespace {

std::vector<BlobKey> watched(ReadTxn& tx) {
    std::vector<BlobKey> keys;
    Cursor row = tx.query("SELECT key FROM expiry WHERE kind = ?", static_cast<int>(Expiry::copies));
    while (row.next()) keys.push_back(decode_key(row.bytes(0)));
    return keys;
}

}  // namespace

void watch_copy(WriteTxn& tx, const BlobKey& key, const Copy& copy) {
    const Instant began = copy.transfer->began;
    tx.expire_at(end_of_copy(began), static_cast<int>(Expiry::copies), tick_count(began), encode_key(key));
}

void forget_copy(WriteTxn& tx, const Copy& copy) {
    if (!copy.transfer) return;
    const Instant began = copy.transfer->began;
    tx.execute("DELETE FROM expiry WHERE due = ?1 AND kind = ?2 AND id = ?3", tick_count(end_of_copy(began)),
               static_cast<int>(Expiry::copies), tick_count(began));
}

void end_copy(WriteTxn& tx, const BlobKey& key) {
    const auto blob = find_blob(tx, key);
    if (!blob || !blob->copy || !blob->copy->transfer) return;
    Copy over = copy_at(*blob->copy, tx.now(), false, {});
    if (over.pending()) return;
    Blob after = *blob;
    set_ended(after, std::move(over));
    replace(tx, key, blob, after);
}

bool has_watched_copies(ReadTxn& tx) { return !watched(tx).empty(); }

std::vector<PendingCopy> adopt_copies(WriteTxn& tx, std::string_view run) {
    std::vector<PendingCopy> copies;
    for (const BlobKey& key : watched(tx)) {
        const auto blob = find_blob(tx, key);
        if (!blob || !blob->copy || !blob->copy->transfer || blob->copy->transfer->run == run) continue;
        const auto place = full_path(tx, key);
        if (!place || !copy_at(*blob->copy, tx.now(), false, {}).pending()) continue;
        Blob after = *blob;
        after.copy->transfer->run = run;
        replace(tx, key, blob, after);
        copies.push_back({place->container.name, key, std::move(after)});
    }
    return copies;
}

void set_ended(Blob& blob, Copy copy) {
    if (copy.incremental == Incremental::no) {
        blob.size = 0;
        blob.content = {};
    }
    blob.copy = std::move(copy);
}

void add_copied_snapshot(WriteTxn& tx, const BlobKey& key, const std::optional<Blob>& before, Blob base, Instant copied) {
    base.tick = tx.next_tick();
    Copy& copy = *base.copy;
    copy.succeed(base.tick);
    copy.snapshot = base.tick;
    copy.copied = copied;
    replace(tx, key, before, base);
    Blob snapshot = base;
    snapshot.immutability = {};
    snapshot.copy->incremental = Incremental::snapshot;
    insert_snapshot(tx, key, base, base.tick, std::move(snapshot));
}

}  // namespace lazulite::blob
