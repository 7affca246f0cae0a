#pragma once

#include <span>

#include "service/not_honoured.hpp"

namespace lazulite::blob {

/// Headers of offered operations of the Blob service that come with features of their own.
[[nodiscard]] std::span<const NotHonoured> not_honoured();

}  // namespace lazulite::blob
