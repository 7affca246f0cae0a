#pragma once

#include <memory>

#include "identity/authority.hpp"
#include "lazulite/emulator.hpp"

namespace lazulite {

/// The authority of these options, with the secrets of the data folder (`LOCATION/lazulite/identity.json`, for the owner's
/// eyes alone), which is written when the first token or user delegation key is made. Throws std::runtime_error with one clear line.
[[nodiscard]] std::unique_ptr<Authority> open_authority(const EmulatorOptions& options);

/// The clear line that refuses secrets which a newer lazulite wrote; empty where it did not.
[[nodiscard]] std::string newer_identity(const EmulatorOptions& options);

}  // namespace lazulite
