#pragma once

#include <cstdint>
#include <string_view>

#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

/// What WriteTxn::expire_at is asked for.
enum class Expiry : std::uint8_t {
    staged_sets = 1,  ///< id: an hour of account time; sets last put in it are over. key: the sweep goes on behind it
    consumed_blocks = 2,  ///< id: a staging id; the rows are left over from a list that took what they held
    cut_snapshots = 3,    ///< id: its own; key: a blob of which snapshots are left that were deleted together
};

/// Has more of the work below a blob's name done in a later transaction.
void expire_soon(WriteTxn& tx, Expiry kind, const BlobKey& key);

/// StoreKind::expire of the blob store.
void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key);

}  // namespace lazulite::blob
