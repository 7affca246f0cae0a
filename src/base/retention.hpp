#pragma once

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace lazulite {

/// How long soft delete keeps something: fixed at the moment of deletion.
struct Retention {
    Instant deleted;
    Instant until;
    bool operator==(const Retention&) const = default;
};

/// Whole days that are left of it. Reference: "List Blobs", "List Shares", RemainingRetentionDays.
[[nodiscard]] inline std::int64_t remaining_days(const Retention& retention, Instant now) {
    return std::chrono::floor<std::chrono::days>(retention.until - now - Ticks(1)).count();
}

}  // namespace lazulite
