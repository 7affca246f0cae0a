#pragma once

#include "store/stores.hpp"

namespace lazulite::table {

/// table.db: tables and their entities.
extern const StoreKind kTableStore;

}  // namespace lazulite::table
