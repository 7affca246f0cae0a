#pragma once

#include <span>

#include "service/service.hpp"

namespace lazulite::web {

/// The static website as the gateway knows it: the blobs of `$web`, for everybody who reads.
[[nodiscard]] const Service& service();
[[nodiscard]] std::span<const Operation> operations();

}  // namespace lazulite::web
