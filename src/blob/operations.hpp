#pragma once

#include <span>

#include "service/service.hpp"

namespace lazulite::blob {

/// The Blob service: its operation table and what else tells it from other services.
[[nodiscard]] const Service& service();
[[nodiscard]] std::span<const Operation> operations();

}  // namespace lazulite::blob
