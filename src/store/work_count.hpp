#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "store/store.hpp"

namespace lazulite {

/// Counts the slices of one kind of background work, and the time they took. Any thread.
class WorkCount {
  public:
    void add(std::chrono::nanoseconds time, bool failed) {
        runs_.fetch_add(1, std::memory_order_relaxed);
        time_.fetch_add(static_cast<std::uint64_t>(time.count()), std::memory_order_relaxed);
        if (failed) failures_.fetch_add(1, std::memory_order_relaxed);
    }
    [[nodiscard]] StoreState::Work read() const {
        return {runs_.load(std::memory_order_relaxed), failures_.load(std::memory_order_relaxed),
                std::chrono::nanoseconds(time_.load(std::memory_order_relaxed))};
    }

  private:
    std::atomic<std::uint64_t> runs_{0};
    std::atomic<std::uint64_t> failures_{0};
    std::atomic<std::uint64_t> time_{0};  // nanoseconds
};

}  // namespace lazulite
