#include "store/writer.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include "base/insist.hpp"
#include "base/log.hpp"
#include "store/roll_back.hpp"

namespace lazulite {
namespace {

constexpr std::int64_t kTicksAhead = Ticks(std::chrono::seconds(1)).count();
constexpr std::int64_t kIdsAhead = 1024;
constexpr std::chrono::milliseconds kExpiryTime{2};
constexpr std::chrono::microseconds kGatherStep{50};

void log_problem(std::string_view what, const std::exception& problem) noexcept {
    insist([&] { log::error("store: " + std::string(what) + ": " + problem.what()); });
}

/// Makes the count of commits odd for as long as readers may see either side of one.
class UnderWay {
  public:
    explicit UnderWay(std::atomic<std::uint64_t>& commits) : commits_(commits) { ++commits_; }
    ~UnderWay() { ++commits_; }
    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

  private:
    std::atomic<std::uint64_t>& commits_;
};

/// How to answer a job without an executor; it outlives the job. A coroutine that waits on a thread of nobody goes on
/// right here.
std::function<void()> callback_of(WriteJob& job) {
    if (job.done) return std::move(job.done);
    return [waiter = job.waiter] { waiter.resume(); };
}

}  // namespace

StorageError as_storage_error(const SqlError& problem) {
    return problem.full() ? ErrorCode::insufficient_storage : ErrorCode::internal_error;
}

void refuse(WriteJob& job, const StorageError& error) {
    job.fail(error);
    if (job.executor != nullptr) return job.executor->post(job.waiter);
    callback_of(job)();
}

// ---- counters -----------------------------------------------------------------------------------------------------

PersistedCounter::PersistedCounter(Connection& connection, const char* load, const char* save, std::int64_t ahead)
    : save_(save), ahead_(ahead), ceiling_(0) {
    Cursor row = connection.query(load);
    if (row.next()) ceiling_ = row.integer(0);
    last_ = ceiling_;
}

void PersistedCounter::before_commit(Connection& connection) {
    wanted_ = ceiling_;
    if (!used_ || last_ <= ceiling_) return;
    wanted_ = last_ + ahead_;
    connection.execute(save_, wanted_);
}

// ---- the transaction a function sees ------------------------------------------------------------------------------

class Writer::Transaction final : public WriteTxn {
  public:
    explicit Transaction(Writer& writer) : WriteTxn(writer.with_.connection, writer.now()), writer_(writer) {}
    void next_member() { now_ = writer_.now(); }

    Instant next_tick() override { return Instant(Ticks(writer_.ticks_.next(now_.time_since_epoch().count()))); }
    std::int64_t next_id() override { return writer_.ids_.next(); }
    void name(const Range& range) override { writer_.ledger_.name(range); }
    void release(const Range& range, std::uint64_t owner) override { writer_.ledger_.release(range, owner); }
    void release_part(const Range& range, const Range& freed, std::uint64_t owner) override {
        writer_.ledger_.release(range, owner, freed);
    }
    bool pinned(std::uint64_t key) const override { return writer_.with_.readers.pinned(key); }
    void drain(Drain kind, std::int64_t id) override { writer_.ledger_.drain(kind, id); }
    void expire_at(Instant due, int kind, std::int64_t id, std::string_view key) override {
        execute("INSERT OR REPLACE INTO expiry(due, kind, id, key) VALUES(?, ?, ?, ?)", tick_count(due), kind, id, key);
        writer_.next_expiry_ = std::min(writer_.next_expiry_, due);
    }

  private:
    Writer& writer_;
};

// ---- the queue ----------------------------------------------------------------------------------------------------

Writer::Writer(const Parts& parts)
    : with_(parts),
      ledger_(parts.connection),
      reclaim_({parts.connection, parts.extents, parts.readers, parts.barrier, parts.kind}),
      ticks_(parts.connection, "SELECT value FROM meta WHERE name = 'tick_ceiling'",
             "INSERT OR REPLACE INTO meta(name, value) VALUES('tick_ceiling', ?)", kTicksAhead),
      ids_(parts.connection, "SELECT value FROM meta WHERE name = 'id_ceiling'",
           "INSERT OR REPLACE INTO meta(name, value) VALUES('id_ceiling', ?)", kIdsAhead),
      next_expiry_(first_expiry()) {
    group_.reserve(kGroupJobs);
}

void Writer::push(WriteJob& job) {
    ++waiting_;
    job.next = queue_.load(std::memory_order_relaxed);
    while (!queue_.compare_exchange_weak(job.next, &job)) {
    }
}

WriteJob* Writer::take() {
    if (backlog_ == nullptr) {
        WriteJob* newest = queue_.exchange(nullptr);
        while (newest != nullptr) {
            WriteJob* const older = newest->next;
            newest->next = backlog_;
            backlog_ = newest;
            newest = older;
        }
        if (backlog_ == nullptr) return nullptr;
    }
    WriteJob* const job = backlog_;
    backlog_ = job->next;
    --waiting_;
    return job;
}

// ---- groups -------------------------------------------------------------------------------------------------------

void Writer::gather() const {
    if (with_.durability != Durability::power) return;
    while (!group_wait_.over(waiting_, std::chrono::steady_clock::now())) std::this_thread::sleep_for(kGatherStep);
}

void Writer::run_group() {
    if (idle()) return;
    gather();
    if (!attempt_group(kGroupJobs)) {
        for (WriteJob* job : group_) run_alone(*job);
    }
    const std::size_t askers = std::min(group_.size() + waiting_, kGroupJobs);
    answer_group();
    group_wait_.answered(askers, commit_time_, std::chrono::steady_clock::now());
}

void Writer::run_here(WriteJob& job) {
    job.next = nullptr;
    backlog_ = &job;
    ++waiting_;
    if (!attempt_group(1)) run_alone(job);
    group_.clear();
}

/// False when the members have to run again one by one.
bool Writer::attempt_group(std::size_t most) {
    try {
        begin();
        Transaction tx(*this);
        const auto end = std::chrono::steady_clock::now() + kGroupTime;
        while (WriteJob* job = take()) {
            group_.push_back(job);
            if (!run(*job, tx)) {
                roll_back();
                return group_.size() == 1;  // nobody else was touched, and its own failure is the answer
            }
            if (group_.size() == most || std::chrono::steady_clock::now() >= end) break;
        }
        commit();
        return true;
    } catch (const std::exception& problem) {
        log_problem("a group of writes failed and runs again one by one", problem);
        roll_back();
        // Not even begun: the first of those that wait finds out what to answer.
        if (group_.empty()) group_.push_back(take());
        return false;
    }
}

/// Throws what SQLite failed with.
void Writer::attempt_alone(WriteJob& job) {
    try {
        begin();
        Transaction tx(*this);
        if (run(job, tx)) {
            commit();
        } else {
            roll_back();
        }
    } catch (...) {
        roll_back();
        throw;
    }
}

void Writer::run_alone(WriteJob& job) {
    try {
        try {
            attempt_alone(job);
        } catch (const SqlError& problem) {
            if (!problem.full() || !with_.make_room()) throw;
            attempt_alone(job);
        }
    } catch (const SqlError& problem) {
        log_problem("a write failed", problem);
        job.fail(as_storage_error(problem));
    } catch (const std::exception& problem) {
        log_problem("a write failed", problem);
        job.fail(ErrorCode::internal_error);
    }
}

/// False when the job failed and left changes behind that only a rollback takes back.
bool Writer::run(WriteJob& job, Transaction& tx) {
    const std::int64_t changes = with_.connection.total_changes();
    const Ledger::Mark mark = ledger_.mark();
    const bool ticks_used = ticks_.used();
    const bool ids_used = ids_.used();
    tx.next_member();
    try {
        job.run(tx);
        if (!job.failed()) return true;
    } catch (const SqlError&) {
        throw;
    } catch (const std::exception& problem) {
        log_problem("a write threw", problem);
        job.fail(ErrorCode::internal_error);
    }
    ledger_.rewind(mark);
    ticks_.set_used(ticks_used);
    ids_.set_used(ids_used);
    return with_.connection.total_changes() == changes;
}

void Writer::answer_group() {
    for (WriteJob* job : group_) {
        if (job->executor == nullptr) {
            insist([this] { callbacks_.emplace_back(); });
            callbacks_.back() = callback_of(*job);
            continue;
        }
        insist([this, job] {
            auto wakeup = std::find_if(wakeups_.begin(), wakeups_.end(),
                                       [job](const Wakeup& known) { return known.executor == job->executor; });
            if (wakeup == wakeups_.end()) wakeup = wakeups_.insert(wakeup, {job->executor, {}});
            wakeup->waiters.push_back(job->waiter);
        });
    }
    group_.clear();  // from here on a job may be gone
    for (const Wakeup& wakeup : wakeups_) wakeup.executor->post_all(wakeup.waiters);
    wakeups_.clear();
    for (const auto& done : callbacks_) done();
    callbacks_.clear();
}

Writer::Slice Writer::reclaim() {
    released_ = false;
    try {
        begin();
        Transaction tx(*this);
        const bool more = reclaim_.slice(tx);
        commit();
        return more ? Slice::more : Slice::waiting;
    } catch (const std::exception& problem) {
        log_problem("giving space back failed; it is tried again later", problem);
        roll_back();
        released_ = true;
        return Slice::failed;
    }
}

Instant Writer::first_expiry() const {
    Cursor row = with_.connection.query("SELECT min(due) FROM expiry");
    return row.next() && !row.is_null(0) ? Instant(Ticks(row.integer(0))) : Instant::max();
}

bool Writer::expire() {
    try {
        begin();
        Transaction tx(*this);
        const auto end = std::chrono::steady_clock::now() + kExpiryTime;
        do {
            std::int64_t due = 0;
            int kind = 0;
            std::int64_t id = 0;
            std::string key;
            {
                Cursor row = tx.query("SELECT due, kind, id, key FROM expiry WHERE due <= ? ORDER BY due, kind, id LIMIT 1",
                                      tick_count(tx.now()));
                if (!row.next()) break;
                due = row.integer(0);
                kind = static_cast<int>(row.integer(1));
                id = row.integer(2);
                key = row.bytes(3);
            }
            tx.execute("DELETE FROM expiry WHERE due = ? AND kind = ? AND id = ?", due, kind, id);
            if (with_.kind.expire != nullptr) with_.kind.expire(tx, kind, id, key);
        } while (std::chrono::steady_clock::now() < end);
        const Instant next = first_expiry();
        commit();
        next_expiry_ = next;
        return true;
    } catch (const std::exception& problem) {
        log_problem("removing what is over failed; it is tried again later", problem);
        roll_back();
        return false;
    }
}

// ---- transactions -------------------------------------------------------------------------------------------------

void Writer::begin() {
    with_.connection.execute("BEGIN IMMEDIATE");
    ledger_.begin();
    ticks_.set_used(false);
    ids_.set_used(false);
}

void Writer::commit() {
    const Ledger::Mark work = ledger_.mark();
    ticks_.before_commit(with_.connection);
    ids_.before_commit(with_.connection);
    ledger_.flush(with_.connection);
    {
        const UnderWay here(with_.commits);
        const auto begun = std::chrono::steady_clock::now();
        with_.connection.execute("COMMIT");
        commit_time_ = std::chrono::steady_clock::now() - begun;
    }
    ticks_.committed();
    ids_.committed();
    if (work.released != 0 || work.drains != 0) released_ = true;
}

void Writer::roll_back() { lazulite::roll_back(with_.connection); }

Instant Writer::now() const {
    return with_.wall.now() + Ticks(with_.clock_offset.load(std::memory_order_relaxed));
}

}  // namespace lazulite
