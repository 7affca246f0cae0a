#pragma once

#include <span>

#include "service/service.hpp"

namespace lazulite::table {

/// The operation table of the Table service, in the order of the reference.
[[nodiscard]] std::span<const Operation> operations();

/// The Table service as the gateway knows it.
[[nodiscard]] const Service& service();

}  // namespace lazulite::table
