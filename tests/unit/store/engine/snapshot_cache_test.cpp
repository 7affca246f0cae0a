#include "store/snapshot_cache.hpp"

#include <atomic>
#include <thread>

#include "notes.hpp"
#include "store/fault_file_system.hpp"
#include "watched_files.hpp"

namespace lazulite {
namespace {

using namespace testing;
using Texts = SnapshotCache<std::string>;

std::shared_ptr<const std::string> text(std::string value) { return std::make_shared<const std::string>(std::move(value)); }

TEST(SnapshotCacheTest, GivesBackWhatItKeepsWithTheCountOfThatTime) {
    Texts cache(1 << 20);
    EXPECT_EQ(cache.find("a").value, nullptr);
    cache.keep("a", 4, text("one"), 3);
    cache.keep("b", 6, text("two"), 3);
    EXPECT_EQ(*cache.find("a").value, "one");
    EXPECT_EQ(cache.find("a").commits, 4U);
    EXPECT_EQ(cache.find("b").commits, 6U);
    cache.keep("a", 8, text("three"), 5);
    EXPECT_EQ(*cache.find("a").value, "three");
    EXPECT_EQ(cache.find("a").commits, 8U);
}

TEST(SnapshotCacheTest, KeepsNothingThatWasReadDuringACommit) {
    Texts cache(1 << 20);
    cache.keep("a", 5, text("one"), 3);
    EXPECT_EQ(cache.find("a").value, nullptr);
}

TEST(SnapshotCacheTest, HoldsNoMoreThanItMay) {
    constexpr std::size_t kMost = 1 << 20;
    constexpr std::size_t kEach = 4096;
    Texts cache(kMost);
    std::vector<std::weak_ptr<const std::string>> all;
    for (int i = 0; i < 2000; ++i) {
        const auto value = text(std::string(kEach, 'x'));
        all.push_back(value);
        cache.keep("key" + std::to_string(i), 0, value, kEach);
    }
    std::size_t held = 0;
    for (const auto& value : all) held += value.expired() ? 0 : kEach;
    EXPECT_LE(held, kMost);
    EXPECT_GT(held, kMost / 4);
    cache.keep("large", 0, text("x"), kMost);
    EXPECT_EQ(cache.find("large").value, nullptr);
}

TEST(SnapshotCacheTest, LetsGoOfWhatNobodyAskedForFirst) {
    Texts cache(1 << 20);
    cache.keep("asked for", 0, text("x"), 1);
    cache.keep("forgotten", 0, text("x"), 1);
    for (int i = 0; i < 2000; ++i) {
        cache.keep("key" + std::to_string(i), 0, text("x"), 4096);
        ASSERT_NE(cache.find("asked for").value, nullptr) << i;
    }
    EXPECT_EQ(cache.find("forgotten").value, nullptr);
}

TEST(CommitsTest, AreCountedOnceTheyAreThere) {
    const auto files = make_memory_file_system(kNoLimit);
    const auto stores = open_stores(*files);
    const auto store = notes_of(*stores);
    const std::uint64_t before = store->commits();
    EXPECT_EQ(before % 2, 0U);
    EXPECT_TRUE(add(*store, "a"));
    const std::uint64_t after = store->commits();
    EXPECT_EQ(after % 2, 0U);
    EXPECT_GT(after, before);
    EXPECT_EQ(names_in(*store).size(), 1U);
    EXPECT_EQ(store->commits(), after);
}

TEST(CommitsTest, AreOddWhileReadersMaySeeEitherSideOfOne) {
    const auto under = make_memory_file_system(kNoLimit);
    std::shared_ptr<Store> store;
    std::atomic<int> even{0};
    std::atomic<int> odd{0};
    WatchedFiles files(*under, [&](FileOperation::Kind kind, const std::string& path, std::uint64_t) {
        if (!store || kind != FileOperation::Kind::write || !path.ends_with("-wal")) return;
        ++(store->commits() % 2 == 0 ? even : odd);
    });
    const auto stores = open_stores(files);
    store = notes_of(*stores);
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(add(*store, std::to_string(i)));
    EXPECT_EQ(even, 0);
    EXPECT_GE(odd, 20);
    store.reset();
}

TEST(CommitsTest, AreEvenAgainAfterOneThatFailed) {
    const auto under = make_memory_file_system(kNoLimit);
    FaultFileSystem files(*under);
    const auto stores = open_stores(files);
    const auto store = notes_of(*stores);
    files.inject({.kinds = {FileOperation::Kind::write}, .error = ENOSPC, .from_then_on = true});
    EXPECT_FALSE(add(*store, "a", std::string(100'000, 'x')));
    EXPECT_EQ(store->commits() % 2, 0U);
}

/// What a cache of reads does, against a writer that never rests: no reader may be shown less than what was
/// acknowledged before it asked.
TEST(CommitsTest, TellWhetherWhatWasReadStillStands) {
    constexpr int kWrites = 20'000;
    const auto files = make_memory_file_system(kNoLimit);
    const auto stores = open_stores(*files);
    const auto store = notes_of(*stores);
    ASSERT_TRUE(add(*store, "n", "0"));
    Texts cache(1 << 20);
    std::atomic<int> acknowledged{0};
    std::atomic<int> stale{0};
    std::atomic<int> from_cache{0};
    const auto look = [&] {
        const std::uint64_t commits = store->commits();
        const auto kept = cache.find("n");
        if (kept.value && kept.commits == commits) {
            ++from_cache;
            return std::stoi(*kept.value);
        }
        const auto read = store->read([](ReadTxn& tx) -> Result<std::string> {
            Cursor row = tx.query("SELECT text FROM notes WHERE name = ?", std::string_view("n"));
            (void)row.next();
            return std::string(row.bytes(0));
        });
        cache.keep("n", commits, text(*read), read->size());
        return std::stoi(*read);
    };
    std::vector<std::thread> readers;
    for (int i = 0; i < 2; ++i) {
        readers.emplace_back([&] {
            while (acknowledged < kWrites) {
                const int least = acknowledged;
                if (look() < least) ++stale;
            }
        });
    }
    for (int i = 1; i <= kWrites; ++i) {
        const std::string value = std::to_string(i);
        const auto written = store->write_and_wait([&](WriteTxn& tx) -> Result<> {
            tx.execute("UPDATE notes SET text = ? WHERE name = ?", std::string_view(value), std::string_view("n"));
            return {};
        });
        if (!written) ++stale;
        acknowledged = i;
        if (i % 64 == 0) std::this_thread::yield();
    }
    for (std::thread& reader : readers) reader.join();
    EXPECT_EQ(stale, 0);
    EXPECT_GT(from_cache, 0);
    EXPECT_EQ(look(), kWrites);
}

}  // namespace
}  // namespace lazulite
