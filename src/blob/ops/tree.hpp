#pragma once

#include <string>
#include <string_view>

#include "blob/ops/common.hpp"

namespace lazulite::blob {

// Hierarchical containers: what a write does to the directories above it.

/// Makes the directories that are missing on the way to a place, so that `place.key` is where something may stand; nothing
/// in a flat container. What has expired there is gone then.
void make_way(WriteTxn& tx, const Exchange& x, Place& place);

/// The access control of the directory that a place is in, whose way is made: packed.
[[nodiscard]] std::string access_above(ReadTxn& tx, const Place& place);
/// What a new file or directory there gets where the request says nothing of it.
[[nodiscard]] std::string access_of_new(ReadTxn& tx, const Exchange& x, const Place& place, bool directory);

/// An empty directory that has its ids and its tick.
[[nodiscard]] Blob new_directory(WriteTxn& tx);

}  // namespace lazulite::blob
