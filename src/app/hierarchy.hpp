#pragma once

#include <string>

#include "service/accounts.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// Why an account cannot have these settings, in words: what a hierarchical namespace excludes. Empty: it can. Reference:
/// "Blob Storage feature support in Azure Storage accounts".
[[nodiscard]] std::string hierarchy_excludes(const AccountSettings& settings);

/// Why an account cannot be, or cease to be, hierarchical: it has containers of the other kind. Empty: it can. Blocks.
[[nodiscard]] std::string hierarchy_fixed(Stores& stores, const Account& account);

}  // namespace lazulite
