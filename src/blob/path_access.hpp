#pragma once

#include <span>

#include "blob/ops/check_access.hpp"

namespace lazulite::blob {

/// What operations of the Blob service need of the paths of a hierarchical account.
[[nodiscard]] std::span<const AccessRow> path_access();

}  // namespace lazulite::blob
