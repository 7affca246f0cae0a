#pragma once

#include "store/stores.hpp"

namespace lazulite::file {

/// The database of a File service.
extern const StoreKind kFileStore;

}  // namespace lazulite::file
