#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// Pending copies whose bytes come from elsewhere. The row of `expiry` that ends each is also how a new run of the server
// finds it.

/// The blob at `key` is being copied to from now on, with a transfer.
void watch_copy(WriteTxn& tx, const BlobKey& key, const Copy& copy);
/// That copy is over.
void forget_copy(WriteTxn& tx, const Copy& copy);
/// StoreKind::expire: writes down that the time of a copy is over.
void end_copy(WriteTxn& tx, const BlobKey& key);

struct PendingCopy {
    std::string container;
    BlobKey key;
    Blob blob;
};
/// Whether there is anything for adopt_copies.
[[nodiscard]] bool has_watched_copies(ReadTxn& tx);
/// Makes `run` the one that moves the bytes of all that another run was moving, and gives those.
[[nodiscard]] std::vector<PendingCopy> adopt_copies(WriteTxn& tx, std::string_view run);

/// A copy that failed or was aborted leaves a blob without bytes, an incremental one what there was; the caller lets the
/// blob's content go. Reference: "Copy Blob", remarks; "Abort Copy Blob".
void set_ended(Blob& blob, Copy copy);

/// `base`, which is at `key`, has got what its incremental copy brought: that is a snapshot of it too from now on.
void add_copied_snapshot(WriteTxn& tx, const BlobKey& key, const std::optional<Blob>& before, Blob base, Instant copied);

}  // namespace lazulite::blob
