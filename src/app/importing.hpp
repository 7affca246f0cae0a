#pragma once

#include <string>
#include <vector>

#include "azurite/shared.hpp"
#include "lazulite/emulator.hpp"
#include "tl/expected.hpp"

namespace lazulite {

/// What was imported, for people: one line, and one more for each thing to know.
[[nodiscard]] std::vector<std::string> import_lines(const azurite::Report& report, const EmulatorOptions& options);

/// `lazulite import`: takes EmulatorOptions::import_from into a data folder that no process has open. The error is one
/// clear line, and then nothing has changed.
[[nodiscard]] tl::expected<std::vector<std::string>, std::string> import_into_folder(const EmulatorOptions& options);

}  // namespace lazulite
