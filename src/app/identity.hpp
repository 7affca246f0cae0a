#pragma once

#include <memory>

#include "identity/authority.hpp"
#include "lazulite/emulator.hpp"

namespace lazulite {

/// The authority of these options, with the secrets of the data folder, which are made where there are none yet
/// (`LOCATION/lazulite/identity.json`, for the owner's eyes alone). Throws std::runtime_error with one clear line.
[[nodiscard]] std::unique_ptr<Authority> open_authority(const EmulatorOptions& options);

}  // namespace lazulite
