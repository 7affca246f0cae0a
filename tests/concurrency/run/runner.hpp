#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "plan.hpp"

namespace concurrency {

struct Ran {
    History history;      ///< by time of call
    std::string problem;  ///< a client that got no answer though it waited, or an object that could not be made
    double seconds = 0;
};

/// A server and 32 clients of it.
class Runner {
  public:
    virtual ~Runner() = default;
    virtual Ran run(Plan& plan, std::uint64_t seed) = 0;
};

/// Sockets to an emulator of this process that listens as in production; each client is a thread. Empty: in memory.
std::unique_ptr<Runner> make_loopback(const std::filesystem::path& folder);

/// Every client and every request a coroutine on one thread: at each suspension the seed says who goes on, so that the
/// same seed gives the same history. From the gateway down to the stores it is what the emulator runs; there are no
/// sockets.
std::unique_ptr<Runner> make_stepped();

}  // namespace concurrency
