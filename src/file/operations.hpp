#pragma once

#include <span>

#include "service/service.hpp"

namespace lazulite::file {

/// The operation table of the File service, in the order of the reference.
[[nodiscard]] std::span<const Operation> operations();

/// The File service as the gateway knows it.
[[nodiscard]] const Service& service();

}  // namespace lazulite::file
