#include <atomic>
#include <thread>

#include "notes.hpp"

namespace lazulite {
namespace {

using namespace testing;

constexpr int kThreads = 8;
constexpr int kRounds = 150;

void run_threads(const std::function<void(int)>& body) {
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) threads.emplace_back(body, i);
    for (std::thread& thread : threads) thread.join();
}

class StoreThreadsTest : public OnEveryFileSystem {};

LAZ_ON_EVERY_FILE_SYSTEM(StoreThreadsTest);

TEST_P(StoreThreadsTest, WritesAndReadsOfManyThreads) {
    const auto stores = open_stores(files());
    const auto store = notes_of(*stores);
    std::atomic<int> refused{0};
    run_threads([&](int thread) {
        for (int round = 0; round < kRounds; ++round) {
            const std::string name = std::to_string(thread) + "-" + std::to_string(round);
            ASSERT_TRUE(add(*store, name));
            const auto found = store->read([&name](ReadTxn& tx) -> Result<bool> {
                Cursor cursor = tx.query("SELECT 1 FROM notes WHERE name = ?", std::string_view(name));
                return cursor.next();
            });
            ASSERT_TRUE(found && *found) << "a thread reads its own writes";
            // Every second round somebody fails, before or after a change.
            if (round % 2 == 0) continue;
            const auto failed = store->write_and_wait([&](WriteTxn& tx) -> Result<> {
                if (round % 4 == 1) insert(tx, name + "?");
                return fail(ErrorCode::condition_not_met);
            });
            if (!failed) ++refused;
        }
    });
    EXPECT_EQ(refused, kThreads * (kRounds / 2));
    EXPECT_EQ(names_in(*store).size(), std::size_t{kThreads} * kRounds);
}

TEST_P(StoreThreadsTest, TicksFollowTheOrderOfCommits) {
    const auto stores = open_stores(files());
    const auto store = notes_of(*stores);
    run_threads([&](int) {
        for (int round = 0; round < kRounds; ++round) {
            ASSERT_TRUE(store->write_and_wait([](WriteTxn& tx) -> Result<> {
                tx.execute("INSERT INTO ticks(tick) VALUES(?)", tx.next_tick().time_since_epoch().count());
                return {};
            }));
        }
    });
    const auto ordered = store->read([](ReadTxn& tx) -> Result<bool> {
        Cursor cursor = tx.query("SELECT tick FROM ticks ORDER BY position");
        for (std::int64_t last = 0; cursor.next(); last = cursor.integer(0)) {
            if (cursor.integer(0) <= last) return false;
        }
        return true;
    });
    EXPECT_TRUE(*ordered);
}

TEST_P(StoreThreadsTest, StoresOpenResetAndCloseWhileTheyAreUsed) {
    auto stores = open_stores(files());
    run_threads([&](int thread) {
        for (int round = 0; round < kRounds / 3; ++round) {
            const std::string account = "account" + std::to_string((thread + round) % 5);
            const auto store = stores->store(account, round % 2 == 0 ? "notes" : "others");
            ASSERT_TRUE(store);
            const std::string name = std::to_string(thread) + "-" + std::to_string(round);
            ASSERT_TRUE(add(**store, name));
            ASSERT_TRUE(has(**store, name));
            if (round % 10 != thread) continue;
            ASSERT_TRUE(stores->reset(account, round % 4 == 0 ? "notes" : ""));
        }
    });
    stores->close();
    stores.reset();
    stores = open_stores(files());
    for (const std::string& account : stores->accounts()) (void)names_in(*notes_of(*stores, account));
}

TEST_P(StoreThreadsTest, ClosingWhileOthersWrite) {
    auto stores = open_stores(files());
    const auto store = notes_of(*stores);
    std::atomic<std::size_t> added{0};
    run_threads([&](int thread) {
        for (int round = 0;; ++round) {
            if (thread == 0 && round == 20) stores->close();
            const auto outcome = add(*store, std::to_string(thread) + "-" + std::to_string(round));
            if (outcome) {
                ++added;
                continue;
            }
            ASSERT_EQ(outcome.error().code(), ErrorCode::server_busy);
            return;
        }
    });
    EXPECT_EQ(names_in(*store).size(), added);
}

}  // namespace
}  // namespace lazulite
