#pragma once

#include "store/stores.hpp"

namespace lazulite::blob {

/// blob.db: the tables of docs/storage.md, and what the store and the checker need to know of them.
extern const StoreKind kBlobStore;

}  // namespace lazulite::blob
