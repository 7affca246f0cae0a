#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>

#include "service/event_subscription.hpp"

namespace lazulite {

// What becomes of an event by the status that its delivery was answered with. Reference: "Event Grid message delivery and
// retry", retry schedule, delivery status codes.

[[nodiscard]] inline bool arrived(int status) { return status >= 200 && status <= 204; }

/// What cannot get better.
[[nodiscard]] inline bool refused(int status, const EventSubscription& to) {
    return status == 400 || status == 413 || status == 403 || (status == 401 && !to.url.empty());
}

/// How long after an attempt the next one comes, where `failed` ones went before it; in the end always as long.
[[nodiscard]] inline std::chrono::seconds pause_after(std::int64_t failed, int status) {
    using namespace std::chrono_literals;
    constexpr std::chrono::seconds kSchedule[] = {10s, 30s, 1min, 5min, 10min, 30min, 1h, 3h, 6h, 12h};
    const auto last = static_cast<std::int64_t>(std::size(kSchedule)) - 1;
    const std::chrono::seconds pause = kSchedule[std::min(failed, last)];
    switch (status) {
        case 404: return std::max(pause, std::chrono::seconds(5min));
        case 408: return std::max(pause, std::chrono::seconds(2min));
        case 503: return std::max(pause, std::chrono::seconds(30s));
        default: return pause;
    }
}

}  // namespace lazulite
