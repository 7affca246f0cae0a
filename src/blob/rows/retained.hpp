#pragma once

#include <cstdint>
#include <string>

#include "blob/domain/history.hpp"
#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// What soft delete keeps of blobs, snapshots and versions, in the table `retained`, under the ids they had: nothing finds
// it but listings that ask, until its retention is over or it is restored. A blob itself stands there under the time of
// its deletion, and never beside a current one. Reference: "Soft delete for blobs".

/// Takes over the content. The row is removed once the retention is over.
void insert_retained(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob, const Retention& retention);
/// Copies the rows of all snapshots newer than `cut` from `history`; the caller removes them there.
void retain_snapshots(WriteTxn& tx, const BlobKey& key, Instant cut, const Retention& retention);

/// Whether anything of that name is, over or not: false costs one look.
[[nodiscard]] bool has_retained(ReadTxn& tx, const BlobKey& key);
[[nodiscard]] bool has_retained_snapshots(ReadTxn& tx, const BlobKey& key);
/// Whether a version of that id is.
[[nodiscard]] bool has_retained_version(ReadTxn& tx, const BlobKey& key, Instant id);

/// The deleted blob is a deleted snapshot from now on, if it was of that type.
void retain_as_snapshot(WriteTxn& tx, const BlobKey& key, BlobType type);
/// A new blob of that type stands there: the deleted one is a deleted snapshot from now on, and what is of another type gone.
void supersede_retained(WriteTxn& tx, const BlobKey& key, BlobType type);
/// Takes everything of a name out of retention; the blob itself becomes the current one. False where nothing was kept.
bool undelete(WriteTxn& tx, const BlobKey& key);
/// What was deleted then in a hierarchical container, a file or a directory with all it held.
[[nodiscard]] std::optional<Blob> find_deleted(ReadTxn& tx, const BlobKey& kept, Instant deleted);
/// It stands at `to` from now on, where nothing is.
void restore_deleted(WriteTxn& tx, const BlobKey& kept, Instant deleted, const BlobKey& to, const Blob& blob);
/// Removes one for good; false where there is none.
bool remove_retained(WriteTxn& tx, const BlobKey& key, const HistoryId& id);
/// Removes what is kept no longer, in slices.
void remove_over(WriteTxn& tx, const BlobKey& key);
/// Removes at most `rows` rows below a dropped directory and says how many.
int drain_retained(WriteTxn& tx, std::int64_t dir_id, int rows);

}  // namespace lazulite::blob
