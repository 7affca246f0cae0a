#pragma once

#include "store/stores.hpp"

namespace lazulite::queue {

/// queue.db: what the store and the checker need to know of it.
extern const StoreKind kQueueStore;

}  // namespace lazulite::queue
