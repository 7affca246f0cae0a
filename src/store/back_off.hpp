#pragma once

#include <atomic>
#include <chrono>

namespace lazulite {

/// Keeps writes off their callers' threads for a while after two of them came near each other, or a store under load would
/// commit one at a time and never a group (docs/decisions/0001, h). Any thread.
class BackOff {
  public:
    using Moment = std::chrono::steady_clock::time_point;
    static constexpr std::chrono::milliseconds kPause{1};

    void collided(Moment now) { until_.store(now + kPause, std::memory_order_relaxed); }
    [[nodiscard]] bool over(Moment now) const { return now >= until_.load(std::memory_order_relaxed); }

  private:
    std::atomic<Moment> until_{Moment::min()};
};

}  // namespace lazulite
