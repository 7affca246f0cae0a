#pragma once

#include <cstdint>
#include <vector>

namespace lazulite::bench {

/// Deals the numbers below `count` to the connections, and each goes round its own. No two share a number when `count`
/// is a multiple of the connections.
class Turns {
  public:
    Turns(std::uint64_t count, unsigned connections) : count_(count), connections_(connections), turns_(connections) {}

    std::uint64_t next(unsigned connection) { return (connection + turns_[connection]++ * connections_) % count_; }

  private:
    std::uint64_t count_;
    std::uint64_t connections_;
    std::vector<std::uint64_t> turns_;
};

}  // namespace lazulite::bench
