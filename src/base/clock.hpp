#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace lazulite {

/// The resolution of everything Azure shows: 100 ns. An Instant counts from the Unix epoch, UTC.
using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, 10'000'000>>;
using Instant = std::chrono::time_point<std::chrono::system_clock, Ticks>;

/// An Instant as rows store it, and back.
[[nodiscard]] constexpr std::int64_t tick_count(Instant when) { return when.time_since_epoch().count(); }
[[nodiscard]] constexpr Instant instant_of(std::int64_t tick_count) { return Instant(Ticks(tick_count)); }

/// Wall time: judges signatures, tokens and TLS, and is never advanced. Account time is wall time plus a store's
/// persisted offset and exists only inside its transactions (`store/store.hpp`). Any thread.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override {
        return std::chrono::time_point_cast<Ticks>(std::chrono::system_clock::now());
    }
};

/// A clock that stands still until told otherwise, for tests.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start) : ticks_(start.time_since_epoch().count()) {}
    [[nodiscard]] Instant now() const override { return Instant(Ticks(ticks_.load())); }
    void set(Instant now) { ticks_ = now.time_since_epoch().count(); }
    void advance(Ticks by) { ticks_ += by.count(); }

  private:
    std::atomic<std::int64_t> ticks_;
};

}  // namespace lazulite
