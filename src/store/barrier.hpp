#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "store/database_files.hpp"
#include "store/extent_pool.hpp"
#include "store/vfs.hpp"

namespace lazulite {

/// The kernel's life in which this process runs: what was handed to it in the same life is there, on the disk or not.
[[nodiscard]] std::uint64_t this_boot();

/// What `blob.barrier` says: how far the store is on the disk.
struct BarrierRecord {
    static constexpr std::uint64_t kFormat = 1;
    static constexpr std::uint64_t kEverything = ~std::uint64_t{0};
    static constexpr std::uint64_t kBorn = 1;  ///< the number of a new store's record: nothing was promised yet

    std::uint64_t number = 0;      ///< counts the records of one store; the last whole one holds
    std::uint64_t boot = 0;        ///< the one in which it was written
    std::uint64_t wal = 0;         ///< the salts of the WAL it speaks of, as they stand there
    std::uint64_t frames = 0;      ///< of that WAL, on the disk with all bytes that their rows name; or kEverything
    std::uint64_t first_open = 1;  ///< extents with lower ids are on the disk, and nobody writes to them any more

    [[nodiscard]] static std::optional<BarrierRecord> load(const DatabaseFiles& paths);
    /// The format of a record that a newer lazulite wrote, if there is one.
    [[nodiscard]] static std::optional<std::uint64_t> newer_format(const DatabaseFiles& paths);
    [[nodiscard]] IoResult<> save(const DatabaseFiles& paths) const;  ///< not synced
};

/// Where `process` mode does not wait for the disk, what survives a power failure is the state as of a moment that is
/// seconds old: all commits up to the last *barrier* with every byte they name, and none after it, since the disk may
/// have taken a row and not its bytes. A barrier puts the extents on the disk, then the WAL, then a record of how much of
/// the WAL that was. The first start after a power failure cuts the WAL there. Pages go into the database only after a
/// barrier over their frames, and freed ranges are punched only after one over the commit that freed them.
///
/// In `power` mode every commit is on the disk, and the record says so once. Any thread.
class Barrier {
  public:
    /// Before the database is opened or made: takes from the WAL what no barrier covers if the machine was started anew
    /// since; a store that never reached a barrier goes altogether.
    static IoResult<> recover(const DatabaseFiles& paths, std::uint64_t boot);

    struct Place {
        DatabaseFiles paths;
        ExtentPool& extents;
        Durability durability;
        std::uint64_t boot;
        bool keeps_extents;           ///< else SQLite's own rules keep the WAL whole
        std::uint64_t first_extent;   ///< the first id of this process
    };
    explicit Barrier(const Place& place);
    /// After the database was opened, before the first write. `born`: it was made just now.
    IoResult<> adopt(bool born);

    /// Everything committed before the call is on the disk when this returns without an error.
    IoResult<> raise();

    /// Names a barrier that covers what is committed by now, for `passed`.
    std::uint64_t ticket();
    /// Commits come to the disk later than they are acknowledged.
    [[nodiscard]] bool needed() const { return !always_; }
    [[nodiscard]] bool passed(std::uint64_t ticket) const { return always_ || ticket <= completed_.load(); }
    /// Somebody has a ticket for a barrier that was not completed.
    [[nodiscard]] bool wanted() const { return !always_ && wanted_.load() > completed_.load(); }

  private:
    IoResult<> put_on_disk();

    const Place place_;
    const bool always_;  ///< no commit is ever taken back, or nothing is kept
    std::atomic<std::uint64_t> wanted_{0};
    std::atomic<std::uint64_t> begun_{0};
    std::atomic<std::uint64_t> completed_{0};
    std::mutex mutex_;  // guards what follows
    BarrierRecord last_;
    std::optional<WalPosition> covered_;  ///< by the last barrier
    bool first_ = true;            ///< names and the files of an earlier process may not be on the disk
    std::uint64_t earlier_from_;   ///< extents of an earlier process from there on may not be on the disk
};

}  // namespace lazulite
