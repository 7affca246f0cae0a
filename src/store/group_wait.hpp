#pragma once

#include <chrono>
#include <cstddef>

namespace lazulite {

/// When the next group of writes should begin, where a commit waits for the disk. Clients that were answered together ask again
/// together, a little later: without waiting they would form two groups that take turns, each with half of the clients
/// and a flush of its own. Waiting ends with a quarter of what a flush took, so that a client alone pays no more than that, once.
class GroupWait {
  public:
    using Moment = std::chrono::steady_clock::time_point;

    /// A group was answered whose commit took so long; `askers` had asked until then, in it and behind it.
    void answered(std::size_t askers, Moment::duration commit, Moment now) {
        askers_ = askers;
        until_ = now + commit / kPart;
    }
    [[nodiscard]] bool over(std::size_t waiting, Moment now) const { return waiting >= askers_ || now >= until_; }

  private:
    static constexpr int kPart = 4;
    std::size_t askers_ = 0;
    Moment until_ = Moment::min();
};

}  // namespace lazulite
