#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/clock.hpp"
#include "store/group_wait.hpp"
#include "store/ledger.hpp"
#include "store/sql.hpp"
#include "store/store.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// Numbers that never come twice, over restarts and crashes too: they are handed out up to a ceiling that the database
/// holds, and the ceiling is raised in the transaction that first goes past it.
class PersistedCounter {
  public:
    /// `load` and `save` are the statements for its row of `meta`; `ahead` is how far the ceiling is raised at a time.
    PersistedCounter(Connection& connection, const char* load, const char* save, std::int64_t ahead);

    std::int64_t next(std::int64_t at_least = 0) {
        used_ = true;
        return last_ = std::max(last_ + 1, at_least);
    }
    /// Whether a number of this transaction is used: what a refused function drew is not.
    [[nodiscard]] bool used() const { return used_; }
    void set_used(bool used) { used_ = used; }
    void before_commit(Connection& connection);
    void committed() { ceiling_ = std::max(ceiling_, wanted_); }

  private:
    const char* const save_;
    const std::int64_t ahead_;
    std::int64_t ceiling_;     ///< as the last commit left it
    std::int64_t wanted_ = 0;  ///< as the transaction under way will leave it
    std::int64_t last_ = 0;
    bool used_ = false;
};

/// The writer of one store: takes the waiting functions in order, runs up to 256 of them (or 5 ms) in one transaction,
/// commits once, and then answers them all, with one wake-up per executor.
///
/// A member that fails before it changed anything costs nothing. One that fails after a change, or any failure of
/// SQLite, makes the group roll back and its members run again, each in a transaction of its own; a member that SQLite
/// fails once more is answered with insufficient_storage (after another try, if the WAL could be started over to make room
/// for it) or internal_error, and the next group starts afresh.
///
/// `push` and `queued` may be called from any thread; everything else belongs to the turn: one thread at a time, which
/// may be a different one each time.
class Writer {
  public:
    static constexpr std::size_t kGroupJobs = 256;
    static constexpr std::chrono::milliseconds kGroupTime{5};

    struct Parts {
        Connection& connection;
        ExtentPool& extents;
        Readers& readers;
        Barrier& barrier;
        const StoreKind& kind;
        const Clock& wall;
        Durability durability;
        const std::atomic<std::int64_t>& clock_offset;  ///< ticks
        std::atomic<std::uint64_t>& commits;            ///< Store::commits()
        std::function<bool()> make_room;                ///< for the WAL, which cannot grow; false: there is none
    };
    explicit Writer(const Parts& parts);

    void push(WriteJob& job);
    [[nodiscard]] bool queued() const { return queue_.load() != nullptr; }  ///< any thread
    [[nodiscard]] bool idle() const { return backlog_ == nullptr && !queued(); }

    /// One group, if anything waits.
    void run_group();
    /// A group of this job alone, while nothing waits: the job has its outcome then, and is not answered.
    void run_here(WriteJob& job);
    /// Freed bytes and dropped rows wait to be removed.
    [[nodiscard]] bool wants_reclaim() const { return released_ || reclaim_.waiting(); }
    /// The account time at which something ends by itself; Instant::max() when nothing does.
    [[nodiscard]] Instant next_expiry() const { return next_expiry_; }
    /// Some 2 ms of what is due, in a transaction of its own; false when that failed.
    bool expire();
    enum class Slice { more, waiting, failed };
    /// One slice of that, in a transaction of its own. `more`: the next one could follow at once.
    Slice reclaim();

  private:
    class Transaction;

    WriteJob* take();
    void gather() const;
    bool attempt_group(std::size_t most);
    void run_alone(WriteJob& job);
    void attempt_alone(WriteJob& job);
    bool run(WriteJob& job, Transaction& tx);
    void answer_group();
    void begin();
    void commit();
    void roll_back();
    [[nodiscard]] Instant now() const;
    [[nodiscard]] Instant first_expiry() const;

    const Parts with_;
    Ledger ledger_;
    Reclaim reclaim_;
    PersistedCounter ticks_;
    PersistedCounter ids_;
    bool released_ = false;  ///< since the last slice
    Instant next_expiry_;    ///< or earlier, after a rollback

    std::atomic<WriteJob*> queue_{nullptr};  ///< newest first
    WriteJob* backlog_ = nullptr;            ///< taken from the queue, oldest first
    std::atomic<std::size_t> waiting_{0};    ///< in both
    std::vector<WriteJob*> group_;
    GroupWait group_wait_;
    std::chrono::steady_clock::duration commit_time_{};  ///< of the last one

    struct Wakeup {
        Executor* executor;
        std::vector<std::coroutine_handle<>> waiters;
    };
    std::vector<Wakeup> wakeups_;
    std::vector<std::function<void()>> callbacks_;
};

/// Answers a job without running it.
void refuse(WriteJob& job, const StorageError& error);

/// What a failure of SQLite looks like from outside: insufficient_storage, or internal_error.
[[nodiscard]] StorageError as_storage_error(const SqlError& problem);

}  // namespace lazulite
