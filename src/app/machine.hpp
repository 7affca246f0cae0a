#pragma once

#include <cstdint>

namespace lazulite {

/// Bytes of memory that this process may hope for: the machine's, or its control group's limit when that is lower.
[[nodiscard]] std::uint64_t memory_bytes();

/// As many open files as the system grants.
void raise_descriptor_limit();

}  // namespace lazulite
