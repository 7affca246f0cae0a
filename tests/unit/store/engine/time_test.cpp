#include <chrono>

#include "notes.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite {
namespace {

using namespace testing;
using namespace std::chrono_literals;

const Instant kStart = Instant(Ticks(17'000'000'000'000'000));

Instant tick(Store& store) {
    return *store.write_and_wait([](WriteTxn& tx) -> Result<Instant> {
        const Instant drawn = tx.next_tick();
        tx.execute("INSERT INTO ticks(tick) VALUES(?)", drawn.time_since_epoch().count());
        return drawn;
    });
}

std::int64_t id(Store& store) {
    return *store.write_and_wait([](WriteTxn& tx) -> Result<std::int64_t> {
        const std::int64_t drawn = tx.next_id();
        tx.execute("INSERT INTO ticks(tick) VALUES(?)", drawn);
        return drawn;
    });
}

/// Every tick in the order of commits.
void expect_increasing(Store& store) {
    const auto ticks = store.read([](ReadTxn& tx) -> Result<std::vector<std::int64_t>> {
        std::vector<std::int64_t> found;
        Cursor cursor = tx.query("SELECT tick FROM ticks ORDER BY position");
        while (cursor.next()) found.push_back(cursor.integer(0));
        return found;
    });
    ASSERT_TRUE(ticks);
    for (std::size_t i = 1; i < ticks->size(); ++i) EXPECT_LT((*ticks)[i - 1], (*ticks)[i]);
}

class StoreTime : public OnEveryFileSystem {
  protected:
    StoreTime() : wall_(kStart) { reopen(); }
    void reopen() {
        store_.reset();
        stores_.reset();
        stores_ = open_stores(files(), Durability::process, &wall_);
        store_ = notes_of(*stores_);
    }

    ManualClock wall_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

LAZ_ON_EVERY_FILE_SYSTEM(StoreTime);

TEST_P(StoreTime, ATickIsAccountTimeWhileThatMoves) {
    EXPECT_EQ(tick(*store_), kStart);
    wall_.advance(2s);
    EXPECT_EQ(tick(*store_), kStart + 2s);
    EXPECT_EQ(store_->now(), kStart + 2s);
}

TEST_P(StoreTime, TicksIncreaseWhileTheClockStands) {
    const Instant first = tick(*store_);
    EXPECT_EQ(tick(*store_), first + Ticks(1));
    EXPECT_EQ(tick(*store_), first + Ticks(2));
}

TEST_P(StoreTime, TicksIncreaseOverEverythingThatHappensToClocks) {
    for (int round = 0; round < 4; ++round) {
        for (int i = 0; i < 5; ++i) (void)tick(*store_);
        wall_.set(wall_.now() - 1h);
        (void)tick(*store_);
        reopen();
        (void)tick(*store_);
        ASSERT_TRUE(store_->set_clock_offset(24h * (round + 1)));
        (void)tick(*store_);
        wall_.advance(10s);
        reopen();
        (void)tick(*store_);
        ASSERT_TRUE(store_->set_clock_offset(Ticks(0)));
        (void)tick(*store_);
    }
    expect_increasing(*store_);
}

TEST_P(StoreTime, ARestartWithinASecondSkipsAtMostAbout1s) {
    const Instant before = tick(*store_);
    reopen();
    const Instant after = tick(*store_);
    EXPECT_GT(after, before);
    EXPECT_LE(after - before, 1s + 1ms);
}

TEST_P(StoreTime, IdsAreNeverGivenTwice) {
    std::int64_t last = 0;
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 2000; ++i) {
            const std::int64_t next =
                *store_->write_and_wait([](WriteTxn& tx) -> Result<std::int64_t> { return tx.next_id(); });
            ASSERT_GT(next, last);
            last = next;
        }
        reopen();
    }
}

TEST_P(StoreTime, TheOffsetMovesAccountTimeAndIsKept) {
    ASSERT_TRUE(store_->set_clock_offset(720h));
    EXPECT_EQ(store_->clock_offset(), 720h);
    EXPECT_EQ(store_->now(), kStart + 720h);
    EXPECT_EQ(tick(*store_), kStart + 720h);
    const auto read = store_->read([](ReadTxn& tx) -> Result<Instant> { return tx.now(); });
    EXPECT_EQ(*read, kStart + 720h);
    const auto written = store_->write_and_wait([](WriteTxn& tx) -> Result<Instant> { return tx.now(); });
    EXPECT_EQ(*written, kStart + 720h);
    reopen();
    EXPECT_EQ(store_->clock_offset(), 720h);
    EXPECT_GT(tick(*store_), kStart + 720h);
}

TEST_P(StoreTime, TheOffsetIsNeverNegative) {
    EXPECT_EQ(code_of(store_->set_clock_offset(Ticks(-1))), ErrorCode::invalid_input);
    EXPECT_EQ(store_->clock_offset(), Ticks(0));
}

TEST_P(StoreTime, EachStoreHasAnOffsetOfItsOwn) {
    const auto other = notes_of(*stores_, "other");
    ASSERT_TRUE(store_->set_clock_offset(1h));
    EXPECT_EQ(other->now(), kStart);
}

TEST(StoreTimeAfterAKill, TicksIdsAndTheOffsetGoOn) {
    const auto under = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*under);
    ManualClock wall(kStart);
    const auto stores = open_stores(files, Durability::process, &wall);
    const auto store = notes_of(*stores);
    ASSERT_TRUE(store->set_clock_offset(5h));
    Instant last_tick{};
    std::int64_t last_id = 0;
    for (int i = 0; i < 30; ++i) {
        last_tick = tick(*store);
        last_id = id(*store);
        wall.advance(300ms);
        if (i % 10 != 0) continue;
        const auto left = files.after_kill(files.position());
        ManualClock late(kStart - 24h);
        const auto again = open_stores(*left, Durability::process, &late);
        const auto reopened = notes_of(*again);
        EXPECT_EQ(reopened->clock_offset(), 5h);
        EXPECT_GT(tick(*reopened), last_tick);
        EXPECT_GT(id(*reopened), last_id);
    }
}

}  // namespace
}  // namespace lazulite
