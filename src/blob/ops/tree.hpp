#pragma once

#include <string>
#include <string_view>

#include "blob/domain/access_control.hpp"
#include "blob/ops/common.hpp"

namespace lazulite::blob {

// Hierarchical containers: what a write does to the directories above it.

/// Makes the directories that are missing on the way to a place, so that `place.key` is where something may stand; nothing
/// in a flat container. What has expired there is gone then.
void make_way(WriteTxn& tx, const Exchange& x, Place& place);

/// The access control of the directory that a place is in, or of the last one there is on its way.
[[nodiscard]] AccessControl access_above(ReadTxn& tx, const Place& place);
/// What a new file or directory there gets where the request says nothing of it: packed.
[[nodiscard]] std::string access_of_new(ReadTxn& tx, const Exchange& x, const Place& place, bool directory);
/// The owner of what the caller creates.
[[nodiscard]] std::string creator(const Exchange& x);
/// Of the root directory of a container that the caller creates: packed; nothing in a flat account.
[[nodiscard]] std::string access_of_root(const Exchange& x);

/// An empty directory that has its ids and its tick.
[[nodiscard]] Blob new_directory(WriteTxn& tx);

}  // namespace lazulite::blob
