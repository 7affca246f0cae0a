#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/configuration.hpp"

namespace lazulite {

/// The lines on stdout that programs wait for and read ports from; `docs/drop-in.md`, section 2. Each goes through
/// `log::announce`, whatever the log level.

/// `In-memory extent storage is enabled with a limit of 64.00 MB (67108864 bytes, 1% of total memory).`
[[nodiscard]] std::string memory_line(std::uint64_t limit_bytes, std::uint64_t total_bytes);

/// What Azurite's command of that name prints once each service listens, in the order blob, queue, table: the last line
/// means that all are up. The commands of one service say it in both forms. `lazulite` adds an endpoint a surface and
/// the connection string.
[[nodiscard]] std::vector<std::string> start_lines(const Configuration& configuration, const Emulator& emulator);

[[nodiscard]] std::vector<std::string> closing_lines(const Program& program);
[[nodiscard]] std::vector<std::string> closed_lines(const Program& program);

}  // namespace lazulite
