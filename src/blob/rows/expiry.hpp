#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

/// What WriteTxn::expire_at is asked for.
enum class Expiry : std::uint8_t {
    staged_sets = 1,  ///< id: an hour of account time; sets last put in it are over. key: the sweep goes on behind it
    consumed_blocks = 2,  ///< id: a staging id; the rows are left over from a list that took what they held
    cut_snapshots = 3,    ///< id: its own; key: a blob of which snapshots are left that were deleted together
    retained = 4,         ///< id: its own; key: a blob of which soft delete kept something until now
    containers = 5,       ///< id: of a container that soft delete kept until now; key: its name
    copies = 6,           ///< id: when it began, in ticks; key: a blob that is being copied to, which has lasted two weeks
    blobs = 7,            ///< id: its own; key: a blob that was to expire then, and may have been changed since
    segment = 70,         ///< id: an hour, in ticks: its part of the change feed is complete
    segment_over = 71,    ///< the same: its part of the change feed is kept no longer
};

/// A blob's place as a key of expiry, and back.
[[nodiscard]] std::string encode_key(const BlobKey& key);
[[nodiscard]] BlobKey decode_key(std::string_view text);

/// Has something about a blob done in a later transaction, from `due` on.
void expire_at(WriteTxn& tx, Instant due, Expiry kind, const BlobKey& key);
/// The same at once.
inline void expire_soon(WriteTxn& tx, Expiry kind, const BlobKey& key) { expire_at(tx, tx.now(), kind, key); }

/// StoreKind::expire of the blob store.
void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key);

}  // namespace lazulite::blob
