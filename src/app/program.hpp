#pragma once

#include <array>
#include <string_view>

#include "service/service_kind.hpp"

namespace lazulite {

/// What this binary is under the name it was called by: `lazulite`, or one of Azurite's four commands.
struct Program {
    std::string_view name;
    std::array<bool, std::size(kServiceKinds)> starts;  ///< by ServiceKind
    bool single = false;    ///< a command of one service, which has lines of its own kind
    bool lazulite = false;  ///< prints its endpoints and a connection string too

    [[nodiscard]] constexpr bool has(ServiceKind kind) const { return starts[static_cast<std::size_t>(kind)]; }
};

/// By the last part of the path; every other name is `lazulite`.
[[nodiscard]] const Program& program_called(std::string_view path);

}  // namespace lazulite
