#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "store/barrier.hpp"
#include "store/sql.hpp"
#include "store/work_count.hpp"

namespace lazulite {

/// Decides when the WAL of one store goes back into its database, since SQLite's own checkpoints would stop the writer:
/// copied in the background from 16 MiB on and after a second without writes, and started over by the writer itself,
/// between groups, from 64 MiB on, once a copy has left it little to do, or from 80 MiB on. (A long WAL costs every page
/// miss and the next start.) Every checkpoint raises the store's barrier; where none is due, it is raised by itself, 4 s
/// after the first commit that it has to cover. `work` belongs to the background thread, everything else to the writer's turn.
class Checkpointer {
  public:
    using Moment = std::chrono::steady_clock::time_point;
    static constexpr std::uint64_t kCopyBytes = 16U << 20;
    static constexpr std::uint64_t kRestartBytes = 64U << 20;
    static constexpr std::uint64_t kForcedRestartBytes = 80U << 20;  ///< a group may add some megabytes before it is seen
    /// Instead of these while the disk is full: what deletions write stays small, and where it stands is used again.
    static constexpr std::uint64_t kBytesWhenFull = 256U << 10;
    static constexpr std::uint64_t kInMemory = 8;  ///< where nothing is synced and bytes are dear: an eighth of the first three
    static constexpr std::chrono::milliseconds kIdle{1000};
    static constexpr std::chrono::milliseconds kUncovered{4000};
    static constexpr std::chrono::milliseconds kRetry{50};
    static constexpr std::chrono::milliseconds kRetryAfterError{1000};

    struct Options {
        int page_size = 4096;
        bool in_memory = false;
        std::uint64_t wal_bytes = 0;  ///< what an earlier process left in the WAL
    };
    Checkpointer(FileSystem& files, std::string database, Barrier& barrier, const Options& options);

    /// Takes note of the group. Returns when `begin` has something to do; Moment::max() for nothing.
    Moment after_group(const Connection& writer, Moment now);
    /// When that moment has come: starts the WAL over, which may wait for the disk. True: `work` is to be called in the
    /// background, and `after_group` after it.
    bool begin(Connection& writer, Moment now);
    void work();
    /// Starts the WAL over at once, because it cannot grow. True when what did not fit may fit now.
    bool make_room(Connection& writer);
    /// At the end, when nobody else has a connection: all that fits into the time, and the barrier in any case.
    void finish(Connection& writer, bool copy);

    /// Any thread.
    [[nodiscard]] StoreState::Work checkpoints() const { return checkpoints_.read(); }
    [[nodiscard]] StoreState::Work barriers() const { return barriers_.read(); }  ///< beginning those checkpoints too
    [[nodiscard]] std::uint64_t wal_bytes() const;  ///< as of the last group

    /// The next commit may be the first of a WAL that starts over, and then waits for the disk.
    [[nodiscard]] bool may_start_over() const;

  private:
    enum class Work : std::uint8_t { none, running, complete, blocked, failed };
    void note_end_of_work(Moment now);
    [[nodiscard]] bool copy_is_due(Moment now) const;
    [[nodiscard]] bool may_start_over_now() const;
    [[nodiscard]] std::uint32_t copy_frames() const { return files_.exhausted() ? few_frames_ : copy_frames_; }
    [[nodiscard]] std::uint32_t restart_frames() const { return files_.exhausted() ? few_frames_ : restart_frames_; }
    [[nodiscard]] std::uint32_t forced_frames() const { return files_.exhausted() ? 2 * few_frames_ : forced_frames_; }
    [[nodiscard]] bool raise();
    bool checkpoint(Connection& connection, Connection::Checkpoint how);

    FileSystem& files_;
    const std::string database_;
    Barrier& barrier_;
    const Options options_;
    const std::uint32_t copy_frames_;
    const std::uint32_t restart_frames_;
    const std::uint32_t forced_frames_;
    const std::uint32_t few_frames_;

    // of the turn
    std::uint32_t left_over_;    ///< frames of an earlier process, while nothing has been written since
    std::atomic<std::uint32_t> frames_{0};  ///< in the WAL; read by any thread
    std::uint32_t copied_ = 0;   ///< of them
    std::uint32_t copying_ = 0;  ///< there were that many when the last copy was begun; 0 after a start over
    Moment last_write_{};
    Moment not_before_{};
    std::optional<Moment> uncovered_;  ///< when the first commit came that no barrier begun since covers

    WorkCount checkpoints_;
    WorkCount barriers_;
    bool copies_ = false;        ///< what the work under way does beside raising the barrier
    std::uint32_t reached_ = 0;  ///< by the copy that ended: more than `copying_` if writes came before it began to read
    std::atomic<Work> work_{Work::none};
    std::unique_ptr<Connection> connection_;  ///< of `work`
};

}  // namespace lazulite
