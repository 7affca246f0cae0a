#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/sas_fields.hpp"
#include "service/accounts.hpp"

namespace lazulite {

/// What a client did that would make the signature of a SAS fit, although it does not: another key, a `+` that became a
/// blank, a name that was encoded, the lines of another version. The simplest of all that are tried; nothing where none
/// fits. `known`: accounts whose keys may be tried.
[[nodiscard]] std::optional<std::string> guess_signature(const SasCheck& check,
                                                         const std::vector<std::shared_ptr<const Account>>& known);

}  // namespace lazulite
