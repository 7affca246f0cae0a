#include <algorithm>
#include <deque>

#include "notes.hpp"

namespace lazulite {
namespace {

using namespace testing;

class StoreGroups : public OnEveryFileSystem {
  protected:
    StoreGroups() : stores_(open_stores(files())), store_(notes_of(*stores_)) {}

    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

LAZ_ON_EVERY_FILE_SYSTEM(StoreGroups);

TEST_P(StoreGroups, AWriteIsThereWhenItIsAnswered) {
    ASSERT_TRUE(add(*store_, "a"));
    ASSERT_TRUE(add(*store_, "b"));
    EXPECT_EQ(names_in(*store_), (std::vector<std::string>{"a", "b"}));
}

TEST_P(StoreGroups, WhatWaitsTogetherIsAnsweredTogether) {
    constexpr int kJobs = 200;
    CountingExecutor executor;
    std::deque<Job> jobs;
    BusyWriter busy(*store_);
    for (int i = 0; i < kJobs; ++i) {
        jobs.emplace_back(
            *store_,
            [i](WriteTxn& tx) -> Result<> {
                insert(tx, std::to_string(i));
                return {};
            },
            &executor);
    }
    EXPECT_TRUE(executor.wakeups().empty());
    busy.release();
    executor.wait_for(kJobs);
    EXPECT_EQ(names_in(*store_).size(), kJobs);
    // One group, or a few where the machine is slow: a group ends after 5 ms.
    EXPECT_LE(executor.wakeups().size(), 20U);
}

TEST_P(StoreGroups, AGroupHasAtMost256Members) {
    constexpr std::size_t kJobs = 600;
    CountingExecutor executor;
    std::deque<Job> jobs;
    BusyWriter busy(*store_);
    for (std::size_t i = 0; i < kJobs; ++i) {
        jobs.emplace_back(*store_, [](WriteTxn&) -> Result<> { return {}; }, &executor);
    }
    busy.release();
    executor.wait_for(kJobs);
    for (const std::size_t members : executor.wakeups()) EXPECT_LE(members, 256U);
}

TEST_P(StoreGroups, EachExecutorIsWokenOnce) {
    CountingExecutor first;
    CountingExecutor second;
    std::deque<Job> jobs;
    BusyWriter busy(*store_);
    for (int i = 0; i < 10; ++i) {
        jobs.emplace_back(*store_, [](WriteTxn&) -> Result<> { return {}; }, i % 2 == 0 ? &first : &second);
    }
    busy.release();
    first.wait_for(5);
    second.wait_for(5);
    EXPECT_EQ(first.wakeups(), std::vector<std::size_t>{5});
    EXPECT_EQ(second.wakeups(), std::vector<std::size_t>{5});
}

TEST_P(StoreGroups, FunctionsRunInTheOrderTheyWereSubmitted) {
    std::string order;
    std::deque<Job> jobs;
    BusyWriter busy(*store_);
    for (char c = 'a'; c <= 'z'; ++c) {
        jobs.emplace_back(*store_, [&order, c](WriteTxn&) -> Result<> {
            order += c;
            return {};
        });
    }
    busy.release();
    for (Job& job : jobs) ASSERT_TRUE(job.outcome());
    EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
}

TEST_P(StoreGroups, ARefusalBeforeAnyChangeCostsTheOthersNothing) {
    std::deque<Job> accepted;
    std::deque<Job> refused;
    BusyWriter busy(*store_);
    for (int i = 0; i < 50; ++i) {
        accepted.emplace_back(*store_, [i](WriteTxn& tx) -> Result<> {
            insert(tx, std::to_string(i));
            return {};
        });
        refused.emplace_back(*store_, [](WriteTxn& tx) -> Result<> {
            (void)tx.next_tick();
            tx.name({.extent = 77, .offset = 4096, .length = 10, .crc64 = 0});
            return fail(ErrorCode::blob_already_exists);
        });
    }
    busy.release();
    for (Job& job : accepted) {
        EXPECT_TRUE(job.outcome());
        EXPECT_EQ(job.runs(), 1);
    }
    for (Job& job : refused) {
        EXPECT_EQ(code_of(job.outcome()), ErrorCode::blob_already_exists);
        EXPECT_EQ(job.runs(), 1);
    }
    EXPECT_EQ(names_in(*store_).size(), 50U);
    const auto extents = store_->read([](ReadTxn& tx) -> Result<bool> {
        Cursor cursor = tx.query("SELECT 1 FROM extents");
        return cursor.next();
    });
    EXPECT_FALSE(*extents) << "a range that was named by a refused function was counted";
}

/// What a function does that fails too late.
enum class Late { fails, throws, breaks_a_constraint };

class FailureAfterAChange : public ::testing::TestWithParam<Late> {};

INSTANTIATE_TEST_SUITE_P(Ways, FailureAfterAChange,
                         ::testing::Values(Late::fails, Late::throws, Late::breaks_a_constraint));

TEST_P(FailureAfterAChange, IsUndoneWithoutAnyoneElseNoticing) {
    const auto files = make_memory_file_system(kNoLimit);
    const auto stores = open_stores(*files);
    const auto store = notes_of(*stores);
    BusyWriter busy(*store);
    const auto inserts = [](std::string name) {
        return [name](WriteTxn& tx) -> Result<> {
            insert(tx, name);
            return {};
        };
    };
    Job before(*store, inserts("before"));
    Job late(*store, [](WriteTxn& tx) -> Result<> {
        insert(tx, "late");
        tx.release({.extent = 5, .offset = 4096, .length = 10, .crc64 = 0}, 1);
        switch (GetParam()) {
            case Late::fails:
                return fail(ErrorCode::condition_not_met);
            case Late::throws:
                throw std::runtime_error("a bug");
            case Late::breaks_a_constraint:
                insert(tx, "late");
        }
        return {};
    });
    Job after(*store, inserts("after"));
    busy.release();
    EXPECT_TRUE(before.outcome());
    EXPECT_EQ(code_of(late.outcome()),
              GetParam() == Late::fails ? ErrorCode::condition_not_met : ErrorCode::internal_error);
    EXPECT_TRUE(after.outcome());
    EXPECT_EQ(before.runs(), 2) << "it was in the group that was rolled back";
    EXPECT_EQ(names_in(*store), (std::vector<std::string>{"after", "before"}));
    const auto queued = store->read([](ReadTxn& tx) -> Result<bool> {
        Cursor cursor = tx.query("SELECT 1 FROM reclaim");
        return cursor.next();
    });
    EXPECT_FALSE(*queued);
}

TEST_P(FailureAfterAChange, AloneRunsOnceOrTwice) {
    const auto files = make_memory_file_system(kNoLimit);
    const auto stores = open_stores(*files);
    const auto store = notes_of(*stores);
    Job late(*store, [](WriteTxn& tx) -> Result<> {
        insert(tx, "late");
        if (GetParam() == Late::throws) throw std::runtime_error("a bug");
        if (GetParam() == Late::breaks_a_constraint) insert(tx, "late");
        return fail(ErrorCode::condition_not_met);
    });
    EXPECT_FALSE(late.outcome());
    EXPECT_LE(late.runs(), 2);
    EXPECT_TRUE(names_in(*store).empty());
    EXPECT_TRUE(add(*store, "next"));
}

TEST_P(StoreGroups, AnExceptionBeforeAnyChangeIsAnInternalError) {
    BusyWriter busy(*store_);
    Job throws(*store_, [](WriteTxn&) -> Result<> { throw std::runtime_error("a bug"); });
    Job fine(*store_, [](WriteTxn& tx) -> Result<> {
        insert(tx, "fine");
        return {};
    });
    busy.release();
    EXPECT_EQ(code_of(throws.outcome()), ErrorCode::internal_error);
    EXPECT_TRUE(fine.outcome());
    EXPECT_EQ(fine.runs(), 1);
}

TEST_P(StoreGroups, AFunctionThatRunsTwiceDrawsNewTicksAndIds) {
    std::vector<Instant> ticks;
    std::vector<std::int64_t> ids;
    BusyWriter busy(*store_);
    Job twice(*store_, [&](WriteTxn& tx) -> Result<> {
        ticks.push_back(tx.next_tick());
        ids.push_back(tx.next_id());
        insert(tx, "twice");
        return {};
    });
    Job late(*store_, [](WriteTxn& tx) -> Result<> {
        insert(tx, "late");
        return fail(ErrorCode::condition_not_met);
    });
    busy.release();
    EXPECT_TRUE(twice.outcome());
    EXPECT_FALSE(late.outcome());
    ASSERT_EQ(ticks.size(), 2U);
    EXPECT_LT(ticks[0], ticks[1]);
    EXPECT_LT(ids[0], ids[1]);
    EXPECT_EQ(names_in(*store_), std::vector<std::string>{"twice"});
}

Task<> add_three(Store& store, std::vector<std::string>& log) {
    for (const char* name : {"x", "y", "z"}) {
        const auto added = co_await store.write([name](WriteTxn& tx) -> Result<std::string> {
            insert(tx, name);
            return std::string(name) + "!";
        });
        log.push_back(added.value_or("?"));
    }
}

TEST_P(StoreGroups, ACoroutineWaitsForItsCommit) {
    std::vector<std::string> log;
    std::promise<void> ended;
    spawn(add_three(*store_, log), [&ended] { ended.set_value(); });
    ended.get_future().wait();
    EXPECT_EQ(log, (std::vector<std::string>{"x!", "y!", "z!"}));
    EXPECT_EQ(names_in(*store_).size(), 3U);
}

TEST_P(StoreGroups, AReadSeesOneSnapshot) {
    ASSERT_TRUE(add(*store_, "a"));
    const auto counts = store_->read([this](ReadTxn& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
        const auto count = [&tx] {
            Cursor cursor = tx.query("SELECT count(*) FROM notes");
            (void)cursor.next();
            return cursor.integer(0);
        };
        const std::int64_t before = count();
        EXPECT_TRUE(add(*store_, "b"));
        return std::pair(before, count());
    });
    ASSERT_TRUE(counts);
    EXPECT_EQ(counts->first, 1);
    EXPECT_EQ(counts->second, 1);
    EXPECT_EQ(names_in(*store_).size(), 2U);
}

TEST_P(StoreGroups, AReadThatFailsInSqlIsAnInternalError) {
    const auto broken = store_->read([](ReadTxn& tx) -> Result<bool> {
        Cursor cursor = tx.query("SELECT * FROM nowhere");
        return cursor.next();
    });
    EXPECT_EQ(code_of(broken), ErrorCode::internal_error);
    EXPECT_THROW((void)store_->read([](ReadTxn&) -> Result<> { throw std::logic_error("a bug"); }), std::logic_error);
    EXPECT_TRUE(names_in(*store_).empty());
}

}  // namespace
}  // namespace lazulite
