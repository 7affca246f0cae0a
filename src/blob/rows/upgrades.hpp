#pragma once

#include "store/stores.hpp"

namespace lazulite::blob {

/// From every format that blob.db ever had to the one of schema.cpp.
extern const StoreKind::Upgrade kUpgrades[4];

}  // namespace lazulite::blob
