#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "page_state.hpp"
#include "process_files.hpp"
#include "store/barrier.hpp"
#include "store/checkpointer.hpp"
#include "store/fault_file_system.hpp"
#include "store/stores.hpp"
#include "store/writer.hpp"

namespace lazulite::power_loss {

/// What was promised of one store, and what it was, at each position of the recording of its disk.
struct StoreLog {
    struct Commit {
        std::size_t begun;  ///< none of its writes stands before
        std::size_t done;
        std::uint64_t state;  ///< of all pages of the database
    };
    struct Promise {
        std::size_t from;     ///< a power failure from here on
        std::size_t commits;  ///< leaves all of them before this index, that is one of it or later
    };
    std::string account;
    const StoreKind* kind = nullptr;
    std::string folder;
    std::size_t made = 0;  ///< nothing of it was there before
    std::vector<Commit> commits;
    std::vector<Promise> promises;
};

/// One store, put together from the same parts as OpenStore, whose turns come when the trace says so, on one thread, by a clock
/// that stands still until it is moved: the same requests write the same files in the same order. Every write commits alone.
class SteppedStore final : public Store {
  public:
    struct Place {
        FaultFileSystem& disk;
        std::shared_ptr<ProcessFiles> files;
        Durability durability;
        std::uint64_t boot;
        const Clock& wall;
    };
    using Moment = Checkpointer::Moment;

    /// As OpenStore opens it. Throws where that fails. Adds to the log, which is empty for a store that was never there.
    SteppedStore(const Place& place, StoreLog& log);
    ~SteppedStore() override;

    void submit(WriteJob& job) override;
    bool run_or_submit(WriteJob& job) override;
    Extents& extents() override { return *extents_; }
    Pin pin(std::uint64_t key) override { return readers_.pin(key); }
    Durability durability() const override { return place_.durability; }
    Instant now() const override { return place_.wall.now() + clock_offset(); }
    Ticks clock_offset() const override { return Ticks(clock_offset_.load()); }
    Result<> set_clock_offset(Ticks offset) override;
    Result<StoreState> state() override { return StoreState(); }  // nobody watches it

    /// All that is due by `now`: what is over goes, freed space is given back, a checkpoint or a barrier.
    void turn(Moment now);
    /// The end of the process in order: the last barrier, and the WAL into the database if `copy`.
    void finish(bool copy);
    /// It ends here and now.
    void kill() { place_.files->kill(); }
    /// A barrier or a checkpoint of the background is under way, during which others may write.
    [[nodiscard]] bool in_background() const { return in_background_; }
    /// Notes what a barrier has promised meanwhile. Called before each write to the disk.
    void look_for_promises();

  private:
    template <class Fn>
    void commit(Fn run);
    void start(bool born);
    void expire();
    void reclaim(Moment now);
    void checkpoint(Moment now);
    void expect_promise();
    Result<> run_read(void (*call)(void*, ReadTxn&), void* context) override;
    [[nodiscard]] std::unique_ptr<Connection> connect(bool read_only) const;

    const Place place_;
    StoreLog& log_;
    const DatabaseFiles paths_;
    std::atomic<std::int64_t> clock_offset_{0};
    Readers readers_;
    std::unique_ptr<ExtentPool> extents_;
    std::unique_ptr<Barrier> barrier_;
    std::unique_ptr<Connection> reader_;
    std::unique_ptr<Connection> connection_;
    std::unique_ptr<Writer> writer_;
    std::unique_ptr<Checkpointer> checkpointer_;
    std::unique_ptr<PageState> pages_;
    Moment reclaim_at_{};
    bool in_background_ = false;
    /// A barrier that covers so many commits is about to come.
    struct Expected {
        std::uint64_t ticket;
        std::size_t commits;
    };
    std::vector<Expected> expected_;
};

/// What OpenStore does before it opens a database: true when it was made just now. Throws where that fails.
bool create_database(const DatabaseFiles& paths, const StoreKind& kind, Durability durability, std::uint64_t boot);

/// Small enough that extents are sealed, and bodies get extents of their own, within one trace.
inline constexpr std::uint64_t kPackedLimit = 192 << 10;
inline constexpr std::uint64_t kExclusiveFrom = 40 << 10;

}  // namespace lazulite::power_loss
