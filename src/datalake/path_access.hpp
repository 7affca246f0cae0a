#pragma once

#include <span>

#include "blob/ops/check_access.hpp"

namespace lazulite::datalake {

/// What operations of Data Lake Storage need of the paths of a hierarchical account.
[[nodiscard]] std::span<const blob::AccessRow> path_access();

}  // namespace lazulite::datalake
