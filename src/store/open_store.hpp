#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <tl/expected.hpp>
#include <unordered_map>

#include "base/worker_pool.hpp"
#include "store/back_off.hpp"
#include "store/barrier.hpp"
#include "store/checkpointer.hpp"
#include "store/database_files.hpp"
#include "store/extent_pool.hpp"
#include "store/ledger.hpp"
#include "store/sql.hpp"
#include "store/store.hpp"
#include "store/stores.hpp"
#include "store/work_count.hpp"
#include "store/writer.hpp"

namespace lazulite {

/// The threads behind all stores of a folder.
struct StoreThreads {
    explicit StoreThreads(unsigned writer_threads) : writers(writer_threads), background(1) {}
    std::shared_ptr<FileSystem> files;  ///< where the stores are, if nobody else keeps it
    WorkerPool writers;     ///< turns of writers
    WorkerPool background;  ///< checkpoints, timers, closing, removing files
};

/// The engine of one store: an actor whose turns run on the writer pool or on the thread that writes (one at a time), one
/// read-only connection for each thread that reads, and one that checkpoints in the background.
class OpenStore final : public Store, public std::enable_shared_from_this<OpenStore> {
  public:
    struct Place {
        FileSystem& files;
        std::string folder;  ///< "lazulite/a/1", which exists
        const StoreKind& kind;
        Durability durability;
        std::uint64_t boot;
        const Clock& wall;
        std::shared_ptr<StoreThreads> threads;
    };
    /// Makes the database from `empty` when there is none: in `power` mode it is on the disk when this returns, else
    /// with the first barrier. When the last owner leaves, the background thread closes the store.
    struct Trouble {
        std::string text;  ///< one clear line
        bool full = false;   ///< there is no room on the disk
        bool newer = false;  ///< a newer lazulite wrote it
    };
    static tl::expected<std::shared_ptr<OpenStore>, Trouble> open(const Place& place, const GetEmptyDatabase& empty);
    ~OpenStore() override;

    void submit(WriteJob& job) override;
    bool run_or_submit(WriteJob& job) override;
    Extents& extents() override { return *extents_; }
    Pin pin(std::uint64_t key) override;
    Durability durability() const override { return place_.durability; }
    Result<StoreState> state() override;
    Instant now() const override { return place_.wall.now() + clock_offset(); }
    Ticks clock_offset() const override { return Ticks(clock_offset_.load()); }
    Result<> set_clock_offset(Ticks offset) override;

    /// The store was reset: its files go when its last user has left. So does the folder when no other store is in it,
    /// unless the account keeps that.
    void condemn(bool with_folder) {
        folder_too_ = with_folder;
        condemned_ = true;
    }
    /// Refuses what is submitted from now on; everything before is committed when it returns.
    void drain();
    /// After `drain` and the end of the threads: puts everything on the disk and, if `copy`, the WAL into the database.
    void finish(bool copy);

  private:
    using Moment = Checkpointer::Moment;

    explicit OpenStore(const Place& place);
    IoResult<bool> create(const GetEmptyDatabase& empty) const;
    void start(bool born);
    bool try_here(WriteJob& job);
    [[nodiscard]] bool collides() const;
    void schedule();
    void turn();
    void end_turn(Moment due, Moment now);
    Moment expiry_due(Moment now);
    Moment expire(Moment now);
    [[nodiscard]] Moment reclaim_due() const;
    Moment reclaim(Moment now);
    Moment checkpoint_if_due(Moment now);
    void wake_at(Moment due, Moment now, Moment& alarm);
    [[nodiscard]] std::unique_ptr<Connection> connect(bool read_only) const;
    Connection& reader();
    Result<> run_read(void (*call)(void*, ReadTxn&), void* context) override;

    const Place place_;
    const DatabaseFiles paths_;
    const std::uint64_t serial_;  ///< no other store of this process has it, ever
    std::atomic<std::int64_t> clock_offset_{0};
    std::mutex clock_mutex_;  ///< one change of the offset at a time
    std::atomic<bool> folder_too_{false};
    std::atomic<bool> condemned_{false};
    std::atomic<bool> draining_{false};

    Readers readers_;
    std::unique_ptr<ExtentPool> extents_;
    std::unique_ptr<Barrier> barrier_;
    std::mutex connections_mutex_;
    std::unordered_map<std::thread::id, std::unique_ptr<Connection>> connections_;  ///< of the threads that read

    std::atomic<std::uint64_t> long_reads_{0};
    BackOff back_off_;
    std::atomic<std::size_t> open_{0};    ///< queued writes whose callers have not gone on yet
    std::atomic<bool> scheduled_{false};  ///< a turn is posted or runs; what follows belongs to the turn
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<Checkpointer> checkpointer_;
    WorkCount expiries_;
    WorkCount reclaims_;
    Moment expire_at_{};
    Moment reclaim_at_{};
    // A timer is set for then, if that is still to come.
    Moment wake_at_{};
    Moment expiry_at_{};  ///< apart, since it may be days away
};

}  // namespace lazulite
