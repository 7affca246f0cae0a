#include <algorithm>
#include <deque>
#include <set>
#include <thread>

#include "notes.hpp"
#include "store/back_off.hpp"
#include "store/fault_file_system.hpp"
#include "store/group_wait.hpp"
#include "watched_files.hpp"

namespace lazulite {
namespace {

using namespace testing;
using namespace std::chrono_literals;
using Function = std::function<Result<>(WriteTxn&)>;

bool on_this_thread(Store& store, const Function& fn = {}) {
    std::thread::id ran;
    const auto done = store.write_and_wait([&](WriteTxn& tx) -> Result<> {
        ran = std::this_thread::get_id();
        return fn ? fn(tx) : Result<>{};
    });
    return done && ran == std::this_thread::get_id();
}

/// Returns when nothing is near and writes run on their caller's thread: turns are over, and so is the pause after one.
void calm(Store& store) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    // A change, since the first commit of a WAL is never its caller's.
    while (!on_this_thread(store, [](WriteTxn& tx) -> Result<> {
        tx.execute("INSERT OR REPLACE INTO settings(name, value) VALUES('calm', 1)");
        return {};
    })) {
        if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("no write runs on this thread");
        std::this_thread::sleep_for(2ms);
    }
}

/// Where a coroutine's write ran, and that it was answered.
struct Trace {
    std::thread::id ran;
    bool answered = false;
};
Task<> write_traced(Store& store, Trace& trace) {
    const auto note = [&trace](WriteTxn&) -> Result<> {
        trace.ran = std::this_thread::get_id();
        return {};
    };
    trace.answered = (co_await store.write(note)).has_value();
}
Task<> write_large_traced(Store& store, Trace& trace) {
    const auto note = [&trace](WriteTxn&) -> Result<> {
        trace.ran = std::this_thread::get_id();
        return {};
    };
    trace.answered = (co_await store.write_large(note)).has_value();
}

/// This thread as an io thread whose rounds and answers come when the test says so.
class HandExecutor final : public Executor {
  public:
    HandExecutor() { current_ = this; }
    ~HandExecutor() override { current_ = nullptr; }
    HandExecutor(const HandExecutor&) = delete;
    HandExecutor& operator=(const HandExecutor&) = delete;

    void post(std::coroutine_handle<> handle) override {
        const std::lock_guard lock(mutex_);
        posted_.push_back(handle);
        changed_.notify_all();
    }
    void wait_for_post() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return !posted_.empty(); });
    }
    void run_until(const bool& done) {
        while (!done) {
            wait_for_post();
            std::vector<std::coroutine_handle<>> ready;
            {
                const std::lock_guard lock(mutex_);
                ready.swap(posted_);
            }
            for (const auto handle : ready) handle.resume();
        }
    }
    std::uint64_t round() override { return round_; }
    void next_round() { ++round_; }

  private:
    std::uint64_t round_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::coroutine_handle<>> posted_;
};

/// A write that runs on a thread of its own, as its caller, and stays in its function until released.
class BusyCaller {
  public:
    explicit BusyCaller(Store& store, const std::string& name)
        : thread_([this, &store, name] {
              outcome_ = store.write_and_wait([this, &name, self = std::this_thread::get_id()](WriteTxn& tx) -> Result<> {
                  here_ = std::this_thread::get_id() == self;
                  insert(tx, name);
                  inside_.set_value();
                  go_.get_future().wait();
                  return {};
              });
          }) {
        inside_.get_future().wait();
    }
    ~BusyCaller() {
        if (thread_.joinable()) release();
    }
    BusyCaller(const BusyCaller&) = delete;
    BusyCaller& operator=(const BusyCaller&) = delete;

    [[nodiscard]] bool here() const { return here_; }
    Result<> release() {
        go_.set_value();
        thread_.join();
        return outcome_;
    }

  private:
    bool here_ = false;
    std::promise<void> inside_;
    std::promise<void> go_;
    Result<> outcome_;
    std::thread thread_;
};

/// A timer of the store may get in between, so it is tried until the write is its caller's.
std::unique_ptr<BusyCaller> busy_caller(Store& store) {
    for (int i = 0;; ++i) {
        calm(store);
        auto busy = std::make_unique<BusyCaller>(store, "caller" + std::to_string(i));
        if (busy->here()) return busy;
    }
}

TEST(BackOff, LastsAMillisecondAfterTheLastCollision) {
    BackOff back_off;
    const BackOff::Moment start{1h};
    EXPECT_TRUE(back_off.over(start));
    back_off.collided(start);
    EXPECT_FALSE(back_off.over(start));
    EXPECT_FALSE(back_off.over(start + 999us));
    EXPECT_TRUE(back_off.over(start + 1ms));
    back_off.collided(start + 500us);
    EXPECT_FALSE(back_off.over(start + 1ms));
    EXPECT_TRUE(back_off.over(start + 1500us));
}

TEST(GroupWait, EndsWithThoseWhoAskedBeforeOrAQuarterOfAFlush) {
    const GroupWait::Moment start{};
    GroupWait wait;
    EXPECT_TRUE(wait.over(1, start)) << "nobody was answered yet";
    wait.answered(64, 4ms, start);
    EXPECT_FALSE(wait.over(63, start));
    EXPECT_TRUE(wait.over(64, start));
    EXPECT_FALSE(wait.over(63, start + 999us));
    EXPECT_TRUE(wait.over(1, start + 1ms));
    wait.answered(1, 4ms, start + 5ms);  // the others have gone
    EXPECT_TRUE(wait.over(1, start + 5ms));
}

class WriteOnItsCaller : public OnEveryFileSystem {
  protected:
    WriteOnItsCaller() : stores_(open_stores(files())), store_(notes_of(*stores_)) {}

    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

LAZ_ON_EVERY_FILE_SYSTEM(WriteOnItsCaller);

TEST_P(WriteOnItsCaller, HappensWhenNothingIsNear) {
    calm(*store_);
    for (int i = 0; !on_this_thread(*store_, [i](WriteTxn& tx) -> Result<> {
             insert(tx, std::to_string(i));
             return {};
         }); ++i) {
        calm(*store_);
    }
    EXPECT_FALSE(names_in(*store_).empty());
}

TEST_P(WriteOnItsCaller, DoesNotSuspendItsCoroutine) {
    HandExecutor executor;
    for (;;) {
        calm(*store_);
        executor.next_round();
        Trace trace;
        spawn(write_traced(*store_, trace), [] {});
        const bool at_once = trace.answered;
        executor.run_until(trace.answered);
        EXPECT_EQ(at_once, trace.ran == std::this_thread::get_id());
        if (at_once) break;
    }
}

TEST_P(WriteOnItsCaller, IsNotForLargeOnes) {
    calm(*store_);
    HandExecutor executor;
    Trace trace;
    spawn(write_large_traced(*store_, trace), [] {});
    executor.run_until(trace.answered);
    EXPECT_NE(trace.ran, std::this_thread::get_id());
}

TEST_P(WriteOnItsCaller, NeverWhileTheWriterIsBusy) {
    calm(*store_);
    HandExecutor executor;
    BusyWriter busy(*store_);
    Trace trace;
    spawn(write_traced(*store_, trace), [] {});
    EXPECT_FALSE(trace.answered);
    busy.release();
    executor.run_until(trace.answered);
    EXPECT_NE(trace.ran, std::this_thread::get_id());
}

TEST_P(WriteOnItsCaller, NeverTwiceInOneRoundOfItsLoop) {
    HandExecutor executor;
    for (bool first_was_here = false; !first_was_here;) {
        calm(*store_);
        executor.next_round();
        Trace first;
        Trace second;
        spawn(write_traced(*store_, first), [] {});
        first_was_here = first.answered;
        spawn(write_traced(*store_, second), [] {});
        executor.run_until(second.answered);
        executor.run_until(first.answered);
        EXPECT_NE(second.ran, std::this_thread::get_id());
    }
}

TEST_P(WriteOnItsCaller, NeverWhileTheAnswerOfAnotherIsOnItsWay) {
    calm(*store_);
    HandExecutor executor;
    BusyWriter busy(*store_);
    Trace waiting;
    spawn(write_traced(*store_, waiting), [] {});
    busy.release();
    executor.wait_for_post();
    std::this_thread::sleep_for(5ms);  // the writer is idle and the pause is over: only the answer is left
    executor.next_round();
    Trace next;
    spawn(write_traced(*store_, next), [] {});
    EXPECT_FALSE(waiting.answered);
    executor.run_until(next.answered);
    EXPECT_NE(next.ran, std::this_thread::get_id());
    EXPECT_TRUE(waiting.answered);
}

TEST_P(WriteOnItsCaller, IsFollowedByWhatWasQueuedMeanwhile) {
    constexpr std::size_t kJobs = 100;
    const auto busy = busy_caller(*store_);
    CountingExecutor executor;
    std::string order;
    std::deque<Job> jobs;
    for (std::size_t i = 0; i < kJobs; ++i) {
        jobs.emplace_back(
            *store_,
            [&order, i](WriteTxn&) -> Result<> {
                order += static_cast<char>(' ' + i % 90);
                return {};
            },
            &executor);
    }
    EXPECT_TRUE(executor.wakeups().empty());
    EXPECT_TRUE(order.empty());
    EXPECT_TRUE(busy->release());
    executor.wait_for(kJobs);
    std::string expected;
    for (std::size_t i = 0; i < kJobs; ++i) expected += static_cast<char>(' ' + i % 90);
    EXPECT_EQ(order, expected);
    EXPECT_LE(executor.wakeups().size(), 20U) << "groups, not one by one";
}

TEST_P(WriteOnItsCaller, IsFinishedAgainstTheOldStoreOfAReset) {
    auto busy = busy_caller(*store_);
    ASSERT_TRUE(stores_->reset("someone", ""));
    ASSERT_TRUE(add(*notes_of(*stores_), "new"));
    EXPECT_TRUE(busy->release());
    busy.reset();
    EXPECT_FALSE(names_in(*store_).empty());
    EXPECT_EQ(names_in(*notes_of(*stores_)), std::vector<std::string>{"new"});
    EXPECT_TRUE(must(files().exists("lazulite/a/1/notes.db")));
    store_.reset();
    for (int i = 0; i < 500 && must(files().exists("lazulite/a/1")); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_FALSE(must(files().exists("lazulite/a/1")));
}

TEST_P(WriteOnItsCaller, IsWaitedForByAClose) {
    auto busy = busy_caller(*store_);
    const std::size_t before = names_in(*store_).size();
    std::atomic<bool> closed{false};
    std::thread closing([&] {
        stores_->close();
        closed = true;
    });
    // From here on the stores are closing.
    while (stores_->store("other", "notes")) std::this_thread::yield();
    EXPECT_FALSE(closed);
    EXPECT_TRUE(busy->release());
    closing.join();
    EXPECT_EQ(code_of(add(*store_, "late")), ErrorCode::server_busy);
    EXPECT_EQ(names_in(*store_).size(), before + 1);
    EXPECT_EQ(must(must(files().open("lazulite/a/1/notes.db-wal", FileSystem::Open::existing))->size()), 0U)
        << "what the caller committed is in the database";
}

TEST(WriteOnItsCallerInPowerMode, NeverHappens) {
    const auto files = make_memory_file_system(kNoLimit);
    const auto stores = open_stores(*files, Durability::power);
    const auto store = notes_of(*stores);
    for (int i = 0; i < 20; ++i) {
        EXPECT_FALSE(on_this_thread(*store, [i](WriteTxn& tx) -> Result<> {
            insert(tx, std::to_string(i));
            return {};
        }));
        std::this_thread::sleep_for(2ms);
    }
}

// ---- outcomes -----------------------------------------------------------------------------------------------------

const Instant kStart = Instant(Ticks(17'000'000'000'000'000));

void draw_tick(WriteTxn& tx) {
    tx.execute("INSERT INTO ticks(tick) VALUES(?)", (tx.next_tick() - kStart).count());
}

/// A function between two ordinary writes, and what must come of it whoever runs it.
struct Case {
    const char* name;
    Result<> (*fn)(WriteTxn&);
    std::optional<ErrorCode> error;
    int runs;
    std::vector<std::string> names;
    std::vector<std::int64_t> ticks;  ///< 100 ns since kStart, where the clock stands
};
const Case kCases[] = {
    {"accepted",
     [](WriteTxn& tx) -> Result<> {
         insert(tx, "it");
         draw_tick(tx);
         return {};
     },
     std::nullopt, 1, {"after", "before", "it"}, {0, 1}},
    {"refused",
     [](WriteTxn& tx) -> Result<> {
         (void)tx.next_tick();
         return fail(ErrorCode::blob_already_exists);
     },
     ErrorCode::blob_already_exists, 1, {"after", "before"}, {1}},
    {"refused_after_a_change",
     [](WriteTxn& tx) -> Result<> {
         insert(tx, "it");
         draw_tick(tx);
         return fail(ErrorCode::condition_not_met);
     },
     ErrorCode::condition_not_met, 1, {"after", "before"}, {1}},
    {"throws",
     [](WriteTxn& tx) -> Result<> {
         insert(tx, "it");
         draw_tick(tx);
         throw std::runtime_error("a bug");
     },
     ErrorCode::internal_error, 1, {"after", "before"}, {1}},
    {"breaks_a_constraint",
     [](WriteTxn& tx) -> Result<> {
         draw_tick(tx);
         insert(tx, "before");
         return {};
     },
     ErrorCode::internal_error, 2, {"after", "before"}, {2}},
};

class OutcomeOfAWrite : public ::testing::TestWithParam<std::tuple<const char*, Case>> {};

INSTANTIATE_TEST_SUITE_P(Ways, OutcomeOfAWrite,
                         ::testing::Combine(::testing::Values("queued", "here"), ::testing::ValuesIn(kCases)),
                         [](const auto& test) {
                             return std::string(std::get<1>(test.param).name) + "_" + std::get<0>(test.param);
                         });

TEST_P(OutcomeOfAWrite, IsTheSameWhereverItRuns) {
    const auto& [way, expected] = GetParam();
    const bool here = std::string_view(way) == "here";
    const auto files = make_memory_file_system(kNoLimit);
    const ManualClock wall(kStart);
    const auto stores = open_stores(*files, Durability::process, &wall);
    const auto store = notes_of(*stores);
    ASSERT_TRUE(add(*store, "before"));

    int runs = 0;
    std::optional<ErrorCode> error;
    while (runs == 0) {
        const auto counted = [&, fn = expected.fn, caller = std::this_thread::get_id()](WriteTxn& tx) -> Result<> {
            if (here != (std::this_thread::get_id() == caller)) return {};  // once more, until it is where it should be
            ++runs;
            return fn(tx);
        };
        if (here) calm(*store);
        error = here ? code_of(store->write_and_wait(counted)) : code_of(Job(*store, counted).outcome());
    }
    EXPECT_EQ(error, expected.error);
    EXPECT_EQ(runs, expected.runs);

    ASSERT_TRUE(store->write_and_wait([](WriteTxn& tx) -> Result<> {
        insert(tx, "after");
        draw_tick(tx);
        return {};
    }));
    EXPECT_EQ(names_in(*store), expected.names);
    const auto ticks = store->read([](ReadTxn& tx) -> Result<std::vector<std::int64_t>> {
        std::vector<std::int64_t> found;
        Cursor cursor = tx.query("SELECT tick FROM ticks ORDER BY position");
        while (cursor.next()) found.push_back(cursor.integer(0));
        return found;
    });
    EXPECT_EQ(*ticks, expected.ticks);
}

class WriteOnItsCallerAndAFailingDisk : public ::testing::TestWithParam<std::pair<int, ErrorCode>> {
  protected:
    /// Names that are there, in the running store and after a kill.
    void expect_exactly(const std::set<std::string>& acknowledged) {
        const auto names = names_in(*store_);
        EXPECT_EQ(std::set<std::string>(names.begin(), names.end()), acknowledged);
        const auto left = files_.after_kill(files_.position());
        const auto stores = open_stores(*left);
        const auto after = names_in(*notes_of(*stores));
        EXPECT_EQ(std::set<std::string>(after.begin(), after.end()), acknowledged);
    }

    std::unique_ptr<FileSystem> under_ = make_memory_file_system(kNoLimit);
    FaultFileSystem files_{*under_};
    std::unique_ptr<Stores> stores_ = open_stores(files_);
    std::shared_ptr<Store> store_ = notes_of(*stores_);
};

INSTANTIATE_TEST_SUITE_P(Errors, WriteOnItsCallerAndAFailingDisk,
                         ::testing::Values(std::pair(ENOSPC, ErrorCode::insufficient_storage),
                                           std::pair(EIO, ErrorCode::internal_error)),
                         [](const auto& test) { return test.param.first == ENOSPC ? "full" : "broken"; });

TEST_P(WriteOnItsCallerAndAFailingDisk, RunsOnceMoreAndThenCarriesTheError) {
    const auto [error, code] = GetParam();
    std::set<std::string> acknowledged;
    int refused = 0;
    for (int nth = 1; nth <= 8; ++nth) {
        for (const bool stays : {false, true}) {
            const std::string name = std::to_string(nth) + (stays ? "s" : "");
            FaultFileSystem::Fault fault;
            fault.kinds = {FileOperation::Kind::write};
            fault.nth = static_cast<std::uint64_t>(nth);
            fault.error = error;
            fault.from_then_on = stays;
            fault.path_part = "notes.db-wal";
            calm(*store_);
            const std::uint64_t failures_before = files_.failures();
            files_.inject(fault);
            int runs = 0;
            const auto outcome = store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
                ++runs;
                insert(tx, name, std::string(3000, 'x'));
                return {};
            });
            files_.heal();
            // Where there is no room the WAL is started over, and that is worth another try.
            EXPECT_EQ(runs, files_.failures() == failures_before ? 1 : stays && error == ENOSPC ? 3 : 2);
            if (outcome) {
                acknowledged.insert(name);
            } else {
                ++refused;
                EXPECT_TRUE(stays) << "one failure is made up for";
                EXPECT_EQ(outcome.error().code(), code);
            }
            ASSERT_TRUE(add(*store_, name + "-next"));
            acknowledged.insert(name + "-next");
        }
    }
    EXPECT_GT(refused, 0);
    expect_exactly(acknowledged);
}

// ---- what a caller's thread never does ----------------------------------------------------------------------------

TEST(WriteOnItsCallerUnderCheckpoints, LeavesThemAndEveryWaitForTheDiskToOthers) {
    constexpr int kWrites = 4000;
    const auto under = make_memory_file_system(kNoLimit);
    std::mutex mutex;
    std::set<std::thread::id> threads;  // that synced a file, or wrote into a database past its WAL
    WatchedFiles files(*under, [&](WatchedFiles::Kind kind, const std::string& path, std::uint64_t) {
        const bool copied = kind == WatchedFiles::Kind::write && path.ends_with(".db");
        if (!copied && kind != WatchedFiles::Kind::sync) return;
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
    });
    const auto stores = open_stores(files, Durability::none);
    const auto store = notes_of(*stores);
    const auto wal_bytes = [&] {
        return must(must(files.open("lazulite/a/1/notes.db-wal", FileSystem::Open::existing))->size());
    };
    int here = 0;
    int writes = 0;
    std::thread::id id;
    std::thread caller([&] {
        id = std::this_thread::get_id();
        // Each appends at least three pages, so what is not started over is longer.
        const auto started_over = [&] { return wal_bytes() < static_cast<std::uint64_t>(writes) * 3 * 4096; };
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        for (; writes < kWrites || (!started_over() && std::chrono::steady_clock::now() < deadline); ++writes) {
            const int i = writes;
            const bool mine = on_this_thread(*store, [i](WriteTxn& tx) -> Result<> {
                tx.execute("INSERT OR REPLACE INTO notes(name, text) VALUES(?, ?)", std::to_string(i % 64),
                           std::string(8000, 'x'));
                return {};
            });
            if (mine) {
                ++here;
            } else {
                std::this_thread::sleep_for(2ms);
            }
        }
    });
    caller.join();
    {
        const std::lock_guard lock(mutex);
        EXPECT_FALSE(threads.empty());
        EXPECT_FALSE(threads.contains(id));
    }
    EXPECT_GT(here, writes / 2);
    EXPECT_LT(wal_bytes(), static_cast<std::uint64_t>(writes) * 3 * 4096);
}

}  // namespace
}  // namespace lazulite
