#pragma once

#include <string>
#include <tl/expected.hpp>

#include "lazulite/emulator.hpp"

namespace lazulite {

/// Asks the emulator that was started with these options: `/_lazulite/health` at every port that is certain beforehand,
/// then at every listener that the answer names (a surface may have moved to a free port). The error is one clear line.
/// Takes at most five seconds a listener.
[[nodiscard]] tl::expected<void, std::string> check_health(const EmulatorOptions& options);

}  // namespace lazulite
