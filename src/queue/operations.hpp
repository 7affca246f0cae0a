#pragma once

#include <span>

#include "service/service.hpp"

namespace lazulite::queue {

/// The operation table of the Queue service, in the order of the reference.
[[nodiscard]] std::span<const Operation> operations();

/// The Queue service as the gateway knows it.
[[nodiscard]] const Service& service();

}  // namespace lazulite::queue
