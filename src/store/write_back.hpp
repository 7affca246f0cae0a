#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

#include "store/file_system.hpp"

namespace lazulite {

/// Bounds what the disk still owes of the extents of a store, so that a stop need not wait long for it: bytes go on their
/// way piece by piece, and who writes more than the disk takes waits. The bound follows the disk: as many bytes as it was
/// seen to write in kMoment. Any thread; docs/decisions/0008.
class WriteBack {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::uint64_t kPiece = 256 << 10;
    static constexpr std::uint64_t kLeast = 32ULL << 20;
    static constexpr std::uint64_t kFirst = 128ULL << 20;
    static constexpr std::uint64_t kMost = 512ULL << 20;
    static constexpr std::chrono::milliseconds kMoment{500};

    explicit WriteBack(std::function<Clock::time_point()> now = Clock::now) : now_(std::move(now)) {}

    /// Sends a written range on its way to the disk, without waiting for it.
    void start(const std::shared_ptr<File>& file, std::uint64_t offset, std::uint64_t length);
    /// More is on its way than may be: the next to write should `catch_up` first.
    [[nodiscard]] bool behind() const;
    /// Waits for the disk until it owes no more than it may. Blocks.
    void catch_up();

  private:
    struct Piece {
        std::weak_ptr<File> file;  // one that nobody has open any more was given back, or waits for the barrier
        std::uint64_t offset;
        std::uint64_t length;
        Clock::time_point started;
    };
    bool take_oldest(Piece& oldest);
    void waited(Clock::time_point since, const Piece& piece);

    const std::function<Clock::time_point()> now_;
    mutable std::mutex mutex_;
    std::deque<Piece> pieces_;  // oldest first
    std::uint64_t owed_ = 0;
    std::uint64_t may_owe_ = kFirst;
};

}  // namespace lazulite
