#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connection.hpp"
#include "workload.hpp"

namespace lazulite::bench {

using Clock = std::chrono::steady_clock;

/// What happened between the first request and the last answer.
struct Tally {
    std::uint64_t errors = 0;
    std::vector<std::string> complaints;   // the first few
    std::vector<std::uint32_t> latencies;  // microseconds, one for each good answer, or walk
    Clock::duration elapsed{0};
};

/// Keeps a request in flight on each of its connections, or, with a rate, begins so many a second on those that are free: one
/// thread, epoll.
class Driver {
  public:
    Driver(std::uint16_t port, unsigned connections, double rate);
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;
    ~Driver();

    /// Begins requests for `duration` (without one: as long as the workload has any), ends the walks that are under way,
    /// and waits for all answers. The rate is for what has a duration.
    /// Throws std::runtime_error when the server hangs, or fails too often for the rest to mean anything.
    Tally run(Workload& workload, std::optional<Clock::duration> duration);

  private:
    struct Slot {
        std::unique_ptr<Connection> connection;
        Clock::time_point begun;
        bool busy = false;
        bool walking = false;  // what counts as one goes on with another request
        bool watches_writes = false;
    };

    void handle(unsigned slot, std::uint32_t events);
    void finish(unsigned slot);
    void begin(unsigned slot);
    void begin_due();
    [[nodiscard]] Clock::duration patience() const;
    void go_on(unsigned slot);
    void fail(unsigned slot, const std::string& why);
    void complain(const std::string& why);
    void watch(unsigned slot, int operation, bool writes);
    void reopen(unsigned slot);

    int epoll_ = -1;
    std::vector<Slot> slots_;
    unsigned busy_ = 0;
    const Clock::duration interval_;  // between requests of a rate, or zero

    // Of the present run:
    Workload* workload_ = nullptr;
    Clock::time_point end_;
    std::optional<Clock::time_point> due_;  // with a rate: when the next request is to begin
    std::vector<unsigned> free_;            // ... and who may do so
    Tally tally_;
};

}  // namespace lazulite::bench
