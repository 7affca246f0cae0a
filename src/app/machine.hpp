#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace lazulite {

/// Bytes of memory that this process may hope for: the machine's, or its control group's limit when that is lower.
[[nodiscard]] std::uint64_t memory_bytes();

/// What this process takes of the machine; zeros where the system does not say.
struct ProcessUse {
    std::uint64_t resident_bytes = 0;
    std::chrono::nanoseconds processor_time{};
    std::size_t open_descriptors = 0;
};
[[nodiscard]] ProcessUse process_use();

/// As many open files as the system grants.
void raise_descriptor_limit();
/// How many those are.
[[nodiscard]] std::uint64_t descriptor_limit();

}  // namespace lazulite
