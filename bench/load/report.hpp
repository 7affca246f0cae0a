#pragma once

#include <chrono>
#include <string>

#include "driver.hpp"

namespace lazulite::bench {

/// CPU time that passed during a run.
struct CpuUse {
    std::chrono::microseconds server{0};
    std::chrono::microseconds client{0};
    std::chrono::microseconds machine{0};
};

/// One JSON object; bench/run reads it.
std::string to_json(Tally tally, const CpuUse& cpu, std::uint64_t bytes_per_request);

}  // namespace lazulite::bench
