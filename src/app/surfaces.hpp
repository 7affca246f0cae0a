#pragma once

#include <array>

#include "service/service.hpp"

namespace lazulite {

/// What each surface speaks, by ServiceKind.
[[nodiscard]] std::array<const Service*, std::size(kServiceKinds)> all_services();
/// The kinds of stores these services keep.
[[nodiscard]] std::vector<const StoreKind*> all_store_kinds();

}  // namespace lazulite
