#include <chrono>
#include <thread>

#include "notes.hpp"

namespace lazulite {
namespace {

using namespace testing;
using namespace std::chrono_literals;

const Instant kStart = Instant(Ticks(17'000'000'000'000'000));

/// Writes down what it is called with: "kind/id/key@seconds".
void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(tx.now() - kStart).count();
    const std::string name = std::to_string(kind) + "/" + std::to_string(id) + "/" + std::string(key) + "@" +
                             std::to_string(seconds);
    tx.execute("INSERT INTO mortals(name) VALUES(?)", name);
    if (key == "again") tx.expire_at(tx.now() + 1h, kind, id, "once");
}

const StoreKind kMortals{
    .name = "mortals",
    .format = 1,
    .schema = "CREATE TABLE mortals(position INTEGER PRIMARY KEY, name TEXT NOT NULL)",
    .drain = nullptr,
    .expire = expire,
    .named_contents = {},
    .named_sources = {},
};

class StoreExpiry : public OnEveryFileSystem {
  protected:
    StoreExpiry() : wall_(kStart) { reopen(); }
    void reopen() {
        store_.reset();
        stores_.reset();
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kMortals};
        stores_ = *Stores::open(files(), options);
        store_ = *stores_->store("someone", kMortals.name);
    }
    void expire_at(Instant due, int kind, std::int64_t id, const std::string& key) {
        ASSERT_TRUE(store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
            tx.expire_at(due, kind, id, key);
            return {};
        }));
    }
    std::string called() {
        return *store_->read([](ReadTxn& tx) -> Result<std::string> {
            std::string all;
            Cursor cursor = tx.query("SELECT name FROM mortals ORDER BY position");
            while (cursor.next()) all += std::string(cursor.bytes(0)) + " ";
            return all;
        });
    }
    /// Lets everything happen that is due.
    void settle() {
        for (int i = 0; i < 3; ++i) expire_at(kStart + 1000h, 9, 0, {});
    }
    /// Without anybody writing.
    void wait_until_called() {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (called().empty() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    }
    /// What was called once it is `wanted`, or after 20 s.
    std::string called_until(std::string_view wanted) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (called() != wanted && std::chrono::steady_clock::now() < end) expire_at(kStart + 1000h, 9, 0, {});
        return called();
    }

    ManualClock wall_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

LAZ_ON_EVERY_FILE_SYSTEM(StoreExpiry);

TEST_P(StoreExpiry, ComesWhenTheClockIsAdvanced) {
    expire_at(kStart + 60s, 1, 7, "key");
    expire_at(kStart + 61s, 1, 8, "later");
    ASSERT_TRUE(store_->set_clock_offset(59s));
    settle();
    EXPECT_EQ(called(), "");
    ASSERT_TRUE(store_->set_clock_offset(60s));
    wait_until_called();
    EXPECT_EQ(called(), "1/7/key@60 ");
}

TEST_P(StoreExpiry, ComesInOrderAndOnceWhateverWasAsked) {
    expire_at(kStart + 3s, 1, 1, "third");
    expire_at(kStart + 1s, 2, 1, "first");
    expire_at(kStart + 2s, 1, 1, "replaced");
    expire_at(kStart + 2s, 1, 1, "second");
    ASSERT_TRUE(store_->set_clock_offset(1h));
    const std::string wanted = "2/1/first@3600 1/1/second@3600 1/1/third@3600 ";
    ASSERT_EQ(called_until(wanted), wanted);
    ASSERT_TRUE(store_->set_clock_offset(2h));
    settle();
    EXPECT_EQ(called(), wanted);
}

TEST_P(StoreExpiry, MayAskAgain) {
    expire_at(kStart + 1s, 1, 1, "again");
    ASSERT_TRUE(store_->set_clock_offset(1s));
    EXPECT_EQ(called_until("1/1/again@1 "), "1/1/again@1 ");
    ASSERT_TRUE(store_->set_clock_offset(3601s));
    const std::string wanted = "1/1/again@1 1/1/once@3601 ";
    EXPECT_EQ(called_until(wanted), wanted);
}

TEST_P(StoreExpiry, IsKeptOverARestart) {
    expire_at(kStart + 60s, 1, 7, "key");
    reopen();
    wall_.advance(60s);
    EXPECT_EQ(called_until("1/7/key@60 "), "1/7/key@60 ");
}

TEST_P(StoreExpiry, ComesAfterAStartByItself) {
    expire_at(kStart + 60s, 1, 7, "key");
    wall_.advance(60s);
    reopen();
    wait_until_called();
    EXPECT_EQ(called(), "1/7/key@60 ");
}

TEST_P(StoreExpiry, OfAFailedWriteIsForgotten) {
    const auto failed = store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
        tx.expire_at(kStart, 1, 7, "key");
        return fail(ErrorCode::invalid_input);
    });
    EXPECT_FALSE(failed);
    ASSERT_TRUE(store_->set_clock_offset(1h));
    settle();
    EXPECT_EQ(called(), "");
}

}  // namespace
}  // namespace lazulite
