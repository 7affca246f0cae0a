#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "store/sql.hpp"

namespace lazulite {

/// Decides when the WAL of one store goes back into its database, since SQLite's own checkpoints would stop the writer:
/// copied in the background from 16 MiB on and after a second without writes, and started over by the writer itself,
/// between groups, from 64 MiB on, when little is left to copy. (A long WAL costs every page miss and the next start.)
/// `after_group` belongs to the writer's turn, `copy` to the background thread.
class Checkpointer {
  public:
    using Moment = std::chrono::steady_clock::time_point;
    static constexpr std::uint64_t kCopyBytes = 16U << 20;
    static constexpr std::uint64_t kRestartBytes = 64U << 20;
    static constexpr std::uint64_t kInMemory = 8;  ///< where nothing is synced and bytes are dear: an eighth of both
    static constexpr std::chrono::milliseconds kIdle{1000};
    static constexpr std::chrono::milliseconds kRetry{50};
    static constexpr std::chrono::milliseconds kRetryAfterError{1000};

    struct Options {
        int page_size = 4096;
        bool in_memory = false;
        std::uint64_t wal_bytes = 0;  ///< what an earlier process left in the WAL
    };
    Checkpointer(FileSystem& files, std::string database, const Options& options);

    struct Next {
        bool copy = false;             ///< call `copy` in the background, then `after_group` again
        Moment again = Moment::max();  ///< call `after_group` then, even if nobody writes
    };
    Next after_group(Connection& writer, Moment now);
    void copy();

  private:
    enum class Copy : std::uint8_t { none, running, complete, blocked, failed };
    void note_end_of_copy(Moment now);

    FileSystem& files_;
    const std::string database_;
    const Options options_;
    const std::uint32_t copy_frames_;
    const std::uint32_t restart_frames_;

    // of the turn
    std::uint32_t left_over_;    ///< frames of an earlier process, while nothing has been written since
    std::uint32_t frames_ = 0;   ///< in the WAL
    std::uint32_t copied_ = 0;   ///< of them
    std::uint32_t copying_ = 0;  ///< how many will be copied when the copy under way is complete
    Moment last_write_{};
    Moment not_before_{};

    std::atomic<Copy> copy_{Copy::none};
    std::unique_ptr<Connection> connection_;  ///< of `copy`
};

}  // namespace lazulite
