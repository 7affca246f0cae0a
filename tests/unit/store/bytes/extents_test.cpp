#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <set>
#include <thread>

#include "small_store.hpp"
#include "store/extent_files.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::test {
namespace {

constexpr const char* kFolder = "a/extents-small";
using Kind = FileOperation::Kind;

class ExtentsTest : public testing::Test {
  protected:
    ExtentsTest() {
        EXPECT_TRUE(files_.make_directories("a"));
        EXPECT_TRUE(files_.sync_directory(""));
    }

    std::unique_ptr<ExtentPool> pool(ExtentPool::Options options = {}) {
        options.directory = kFolder;
        return make_extents(files_, options);
    }
    static Range write(PendingBytes& pending, std::string_view bytes) {
        EXPECT_TRUE(pending.write(as_bytes(bytes)));
        return run_now(pending.finish()).value();
    }
    static Range keep(ExtentPool& pool, std::string_view bytes, bool known_length = true) {
        auto pending = pool.reserve(known_length ? std::optional<std::uint64_t>(bytes.size()) : std::nullopt).value();
        const Range range = write(*pending, bytes);
        pending->keep();
        return range;
    }
    static std::string read(ExtentPool& pool, const Range& range) {
        std::string bytes(range.length, '\0');
        EXPECT_TRUE(pool.read(range.extent, range.offset, bytes.data(), bytes.size()));
        return bytes;
    }
    std::set<std::uint64_t> present() {
        std::set<std::uint64_t> ids;
        for (const auto& name : memory_->list(kFolder).value_or(std::vector<std::string>())) {
            ids.insert(extent_id(name).value());
        }
        return ids;
    }

    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(std::uint64_t{1} << 32);
    FaultFileSystem files_{*memory_};
};

TEST_F(ExtentsTest, BytesComeBackWithTheirChecksum) {
    const auto extents = pool();
    auto pending = extents->reserve(10'000).value();
    const std::string bytes = some_bytes(10'000, 1);
    EXPECT_TRUE(pending->write(as_bytes(std::string_view(bytes).substr(0, 3333))));
    const Range range = write(*pending, std::string_view(bytes).substr(3333));
    pending->keep();
    EXPECT_EQ(range.length, bytes.size());
    EXPECT_EQ(range.crc64, Crc64::of(as_bytes(bytes)));
    EXPECT_BYTES(read(*extents, range), bytes);

    const auto opened = extents->open(range.extent).value();
    std::string again(bytes.size(), '\0');
    ASSERT_EQ(pread(opened.descriptor, again.data(), again.size(), static_cast<off_t>(range.offset)), 10'000);
    EXPECT_BYTES(again, bytes);
}

TEST_F(ExtentsTest, SmallOnesStandInBlocksOfAPackedExtent) {
    const auto extents = pool();
    const Range a = keep(*extents, some_bytes(5000, 1));
    const Range b = keep(*extents, "b");
    const Range c = keep(*extents, some_bytes(4096, 3));
    EXPECT_EQ(a.offset, 4096U);
    EXPECT_EQ(b.offset, 4096U + 8192);
    EXPECT_EQ(c.offset, 4096U + 8192 + 4096);
    EXPECT_EQ(b.extent, a.extent);
    EXPECT_EQ(c.extent, a.extent);
}

TEST_F(ExtentsTest, LargeAndUnknownOnesHaveAnExtentOfTheirOwn) {
    const auto extents = pool();
    const Range packed = keep(*extents, some_bytes(Extents::kExclusiveFrom, 1));
    const Range large = keep(*extents, some_bytes(Extents::kExclusiveFrom + 1, 2));
    const Range unknown = keep(*extents, "short", false);
    EXPECT_EQ(std::set({packed.extent, large.extent, unknown.extent}).size(), 3U);
    EXPECT_EQ(large.offset, Extents::kHeaderBytes);
    EXPECT_EQ(unknown.offset, Extents::kHeaderBytes);
    EXPECT_BYTES(read(*extents, unknown), "short");
    EXPECT_EQ(keep(*extents, "next").extent, packed.extent);
}

TEST_F(ExtentsTest, MoreThanReservedIsRefusedAndLessIsFine) {
    const auto extents = pool();
    auto pending = extents->reserve(5).value();
    EXPECT_TRUE(pending->write(as_bytes("abc")));
    EXPECT_FALSE(pending->write(as_bytes("def")));
    const Range range = run_now(pending->finish()).value();
    EXPECT_EQ(range.length, 3U);
    EXPECT_EQ(range.crc64, Crc64::of(as_bytes("abc")));
}

TEST_F(ExtentsTest, TheHeaderNamesStoreAndExtent) {
    ExtentPool::Options options;
    options.store = Guid::random();
    const auto extents = pool(options);
    const Range range = keep(*extents, "x");
    std::string header(4096, '\0');
    EXPECT_TRUE(extents->read(range.extent, 0, header.data(), header.size()));
    EXPECT_BYTES(header, extent_header(options.store, range.extent));
    EXPECT_NE(header, extent_header(options.store, range.extent + 1));
    EXPECT_NE(header, extent_header(Guid::random(), range.extent));
}

TEST_F(ExtentsTest, APackedExtentIsSealedAtItsLimit) {
    ExtentPool::Options options;
    options.packed_limit = 64 << 10;
    const auto extents = pool(options);
    std::set<std::uint64_t> used;
    for (int i = 0; i < 40; ++i) {
        const Range range = keep(*extents, some_bytes(8000, static_cast<std::uint64_t>(i)));
        EXPECT_LE(range.offset + range.length, options.packed_limit);
        used.insert(range.extent);
    }
    EXPECT_EQ(used.size(), 6U);  // 7 times 8 KiB and the header in each
    EXPECT_EQ(present(), used);
    EXPECT_TRUE(extents->remove(*used.begin()));
    EXPECT_FALSE(extents->remove(*used.rbegin()));  // still written to
}

TEST_F(ExtentsTest, WhatIsNotKeptLeavesNothing) {
    const auto extents = pool();
    const Range kept = keep(*extents, some_bytes(6000, 1));
    const std::string gone = some_bytes(50'000, 2);
    Range range;
    {
        auto pending = extents->reserve(gone.size()).value();
        range = write(*pending, gone);
    }
    EXPECT_EQ(range.extent, kept.extent);
    EXPECT_BYTES(read(*extents, range), std::string(gone.size(), '\0'));
    EXPECT_EQ(files_.calls(Kind::punch), 1U);
    EXPECT_BYTES(read(*extents, kept), some_bytes(6000, 1));
    for (const auto length : {std::optional<std::uint64_t>(5 << 20), std::optional<std::uint64_t>()}) {
        auto pending = extents->reserve(length).value();
        range = write(*pending, gone);
        EXPECT_EQ(present().size(), 2U);
        pending.reset();
        EXPECT_EQ(present().size(), 1U);
    }
    {
        const auto unused = extents->reserve(100).value();
    }
    EXPECT_EQ(files_.calls(Kind::punch), 1U);
    EXPECT_GT(keep(*extents, "next").offset, kept.offset + 6000 + gone.size());  // offsets are not used again
}

TEST_F(ExtentsTest, AnExtentInWhichNothingWasKeptGoesWithThePool) {
    auto extents = pool();
    { const auto pending = extents->reserve(10).value(); }
    EXPECT_EQ(present().size(), 1U);
    extents.reset();
    EXPECT_EQ(present().size(), 0U);
    extents = pool();
    keep(*extents, "kept");
    extents.reset();
    EXPECT_EQ(present().size(), 1U);
}

TEST_F(ExtentsTest, AnUploadMayOutliveThePool) {
    auto extents = pool();
    auto kept = extents->reserve(3).value();
    auto dropped = extents->reserve(5 << 20).value();
    extents.reset();
    write(*kept, "abc");
    write(*dropped, "abc");
    kept->keep();
    kept.reset();
    dropped.reset();
    EXPECT_EQ(present().size(), 1U);
}

TEST_F(ExtentsTest, AnExtentWithAnUploadInFlightIsNotRemoved) {
    ExtentPool::Options options;
    options.packed_limit = 16 << 10;
    const auto extents = pool(options);
    const Range first = keep(*extents, some_bytes(4000, 1));
    auto slow = extents->reserve(4000).value();
    const Range after = keep(*extents, some_bytes(8000, 1));
    ASSERT_NE(after.extent, first.extent);  // sealed
    EXPECT_FALSE(extents->remove(first.extent));
    slow.reset();
    EXPECT_TRUE(extents->remove(first.extent));
    EXPECT_TRUE(extents->remove(first.extent));  // gone already
    EXPECT_FALSE(present().contains(first.extent));
}

TEST_F(ExtentsTest, IdsThatAreTakenAreSkippedAndNeverWrittenTo) {
    auto extents = pool();
    const Range old = keep(*extents, "old");
    extents.reset();
    // As after a crash before the row of extent 1 was committed: ids begin at 1 again.
    extents = pool();
    const Range fresh = keep(*extents, "new");
    EXPECT_EQ(old.extent, 1U);
    EXPECT_EQ(fresh.extent, 2U);
    EXPECT_BYTES(read(*extents, old), "old");
    EXPECT_TRUE(files_.rewrites().empty());
}

TEST_F(ExtentsTest, WhatEarlierProcessesLeftIsFound) {
    auto extents = pool();
    keep(*extents, "old");
    keep(*extents, "old", false);
    extents.reset();
    ExtentPool::Options options;
    options.first_id = 2;
    extents = pool(options);
    keep(*extents, "new");
    EXPECT_EQ(extents->found_at_start(), std::vector<std::uint64_t>{1});
}

TEST_F(ExtentsTest, NoMoreFilesStayOpenThanAllowedButHandlesHoldTheirs) {
    ExtentPool::Options options;
    options.exclusive_from = 0;
    options.open_files = 8;
    const auto extents = pool(options);
    std::vector<Range> ranges;
    for (std::uint64_t i = 0; i < 200; ++i) ranges.push_back(keep(*extents, some_bytes(100, i)));
    const auto held = extents->open(ranges[0].extent).value();
    for (std::uint64_t round = 0; round < 2; ++round) {
        for (std::uint64_t i = 0; i < 200; ++i) EXPECT_BYTES(read(*extents, ranges[i]), some_bytes(100, i));
    }
    std::string bytes(100, '\0');
    EXPECT_EQ(pread(held.descriptor, bytes.data(), bytes.size(), 4096), 100);
    EXPECT_BYTES(bytes, some_bytes(100, 0));
}

TEST_F(ExtentsTest, WithoutRoomTheErrorSaysSo) {
    const auto tight = make_memory_file_system(64 << 10);
    ExtentPool::Options options;
    options.directory = "extents";
    for (const auto durability : {Durability::process, Durability::none}) {
        options.durability = durability;
        const auto extents = make_extents(*tight, options);
        auto pending = extents->reserve(100'000).value();
        const auto written = pending->write(as_bytes(some_bytes(100'000, 1)));
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code(), durability == Durability::none ? ErrorCode::memory_extent_store_at_size_limit
                                                                         : ErrorCode::insufficient_storage);
        pending.reset();
        EXPECT_BYTES(read(*extents, keep(*extents, "fits")), "fits");
    }
}

TEST_F(ExtentsTest, AFileThatCannotBeMadeIsAnError) {
    const auto extents = pool();
    files_.inject({.kinds = {Kind::open}, .error = ENOSPC, .path_part = "extents"});
    EXPECT_EQ(extents->reserve(10).error().code(), ErrorCode::insufficient_storage);
    files_.inject({.kinds = {Kind::write}, .error = EIO, .path_part = "extents"});
    EXPECT_EQ(extents->reserve(10).error().code(), ErrorCode::internal_error);
    EXPECT_TRUE(present().empty());
    EXPECT_BYTES(read(*extents, keep(*extents, "ok")), "ok");
}

TEST_F(ExtentsTest, ManyThreadsWriteAtOnce) {
    ExtentPool::Options options;
    options.packed_limit = 256 << 10;
    options.exclusive_from = 20'000;
    const auto extents = pool(options);
    std::vector<std::thread> threads;
    std::vector<std::vector<std::pair<Range, std::string>>> kept(4);
    for (std::uint64_t t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < 200; ++i) {
                const std::string bytes = some_bytes(1 + i * 113 % 30'000, t << 32 | i);
                auto pending = extents->reserve(bytes.size()).value();
                const Range range = write(*pending, bytes);
                if (i % 3 == 0) continue;
                pending->keep();
                kept[t].emplace_back(range, bytes);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const auto& ranges : kept) {
        for (const auto& [range, bytes] : ranges) EXPECT_BYTES(read(*extents, range), bytes);
    }
    EXPECT_EQ(files_.rewrites(), std::vector<std::string>());
}

// ---- memory ----------------------------------------------------------------------------------------------------------

TEST_F(ExtentsTest, InMemoryLargeOnesShareExtentsToo) {
    ExtentPool::Options options;
    options.durability = Durability::none;
    options.packed_limit = 16 << 20;
    const auto extents = pool(options);
    std::set<std::uint64_t> used;
    for (std::uint64_t i = 0; i < 3; ++i) used.insert(keep(*extents, some_bytes(5 << 20, i)).extent);
    EXPECT_EQ(used.size(), 1U);
    const Range huge = keep(*extents, some_bytes(20 << 20, 9));
    EXPECT_FALSE(used.contains(huge.extent));
    EXPECT_BYTES(read(*extents, huge), some_bytes(20 << 20, 9));
}

TEST_F(ExtentsTest, InMemoryUnknownLengthsTakeTurnsInAnExtent) {
    ExtentPool::Options options;
    options.durability = Durability::none;
    options.packed_limit = 1 << 20;
    const auto extents = pool(options);
    const Range first = keep(*extents, some_bytes(10'000, 1), false);
    { const auto dropped = extents->reserve({}).value(); }
    {
        const auto dropped = extents->reserve({}).value();
        write(*dropped, some_bytes(5000, 2));
    }
    auto one = extents->reserve({}).value();
    auto other = extents->reserve({}).value();
    const Range second = write(*one, some_bytes(3000, 3));
    const Range third = write(*other, some_bytes(4000, 4));
    one->keep();
    other->keep();
    one.reset();
    other.reset();
    EXPECT_EQ(first.extent, second.extent);
    EXPECT_NE(third.extent, second.extent);
    EXPECT_BYTES(read(*extents, first), some_bytes(10'000, 1));
    EXPECT_BYTES(read(*extents, second), some_bytes(3000, 3));
    EXPECT_BYTES(read(*extents, third), some_bytes(4000, 4));
    EXPECT_TRUE(files_.rewrites().empty());
    const Range long_one = keep(*extents, some_bytes(2 << 20, 5), false);
    EXPECT_FALSE(extents->remove(long_one.extent == first.extent ? third.extent : first.extent));
    EXPECT_TRUE(extents->remove(long_one.extent));
}

// ---- power -----------------------------------------------------------------------------------------------------------

/// A thread that runs what is posted to it, like an io thread.
class Loop final : public Executor {
  public:
    void post(std::coroutine_handle<> handle) override {
        const std::lock_guard lock(mutex_);
        ready_.push_back(handle);
    }
    void run(const std::function<void()>& first, const std::function<bool()>& done) {
        current_ = this;
        first();
        while (!done()) {
            std::vector<std::coroutine_handle<>> ready;
            {
                const std::lock_guard lock(mutex_);
                ready.swap(ready_);
            }
            for (const auto handle : ready) handle.resume();
            if (ready.empty()) std::this_thread::yield();
        }
        current_ = nullptr;
    }

  private:
    std::mutex mutex_;
    std::vector<std::coroutine_handle<>> ready_;
};

class PowerExtents : public ExtentsTest {
  protected:
    PowerExtents() {
        options_.durability = Durability::power;
        extents_ = pool(options_);
    }
    ExtentPool::Options options_;
    std::unique_ptr<ExtentPool> extents_;
};

TEST_F(PowerExtents, FinishedBytesSurviveAPowerLoss) {
    const std::string bytes = some_bytes(10'000, 1);
    const Range range = keep(*extents_, bytes);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const auto after = files_.after_power_loss(files_.position(), seed);
        ExtentPool::Options options = options_;
        options.directory = kFolder;
        EXPECT_BYTES(read(*make_extents(*after, options), range), bytes);
    }
}

TEST_F(PowerExtents, ProcessModeDoesNotSync) {
    const auto before = files_.calls(Kind::sync_directory);
    const auto extents = pool();
    keep(*extents, "x");
    EXPECT_EQ(files_.calls(Kind::sync), 0U);
    EXPECT_EQ(files_.calls(Kind::sync_directory), before);
}

TEST_F(PowerExtents, UploadsOfAnIoThreadWaitWithoutBlockingIt) {
    constexpr std::size_t kUploads = 50;
    Loop loop;
    std::size_t done = 0;
    std::vector<std::optional<Result<Range>>> outcomes(kUploads);
    std::vector<std::unique_ptr<PendingBytes>> pending;
    loop.run([&] {
        for (std::size_t i = 0; i < kUploads; ++i) {
            pending.push_back(extents_->reserve(100).value());
            EXPECT_TRUE(pending.back()->write(as_bytes(some_bytes(100, i))));
            spawn(put_into(pending.back()->finish(), outcomes[i]), [&] { ++done; });
        }
    }, [&] { return done == kUploads; });
    for (std::size_t i = 0; i < kUploads; ++i) {
        ASSERT_TRUE(*outcomes[i]);
        pending[i]->keep();
        EXPECT_BYTES(read(*extents_, **outcomes[i]), some_bytes(100, i));
    }
}

Task<void> wait_for(SyncThread& thread, File& file, std::size_t& synced) {
    const bool ok = co_await thread.synced(file);
    if (ok) ++synced;
}

TEST(SyncThread, ThoseThatWaitWhileItIsBusyShareTheNextRound) {
    const auto memory = make_memory_file_system(1 << 20);
    const auto good = memory->open("good", FileSystem::Open::create).value();
    const auto bad = memory->open("bad", FileSystem::Open::create).value();
    std::atomic<std::size_t> calls{0};
    SyncThread thread([&](File& file) {
        ++calls;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return &file == good.get();
    });
    Loop loop;
    std::size_t synced = 0;
    std::size_t done = 0;
    loop.run([&] {
        for (int i = 0; i < 500; ++i) {
            spawn(wait_for(thread, i % 2 == 0 ? *good : *bad, synced), [&] { ++done; });
        }
    }, [&] { return done == 500; });
    EXPECT_EQ(synced, 250U);
    EXPECT_LT(calls, 20U);
}

TEST_F(PowerExtents, AfterAFailedSyncTheExtentIsNotUsedAgain) {
    const Range before = keep(*extents_, "before");
    files_.inject({.kinds = {Kind::sync}, .path_part = "extents"});
    {
        auto pending = extents_->reserve(3).value();
        EXPECT_TRUE(pending->write(as_bytes("abc")));
        EXPECT_FALSE(run_now(pending->finish()));
    }
    const Range after = keep(*extents_, "after");
    EXPECT_NE(after.extent, before.extent);
    EXPECT_BYTES(read(*extents_, before), "before");
}

TEST_F(PowerExtents, AFolderThatCannotBeSyncedIsTriedAgain) {
    files_.inject({.kinds = {Kind::sync_directory}});
    {
        auto pending = extents_->reserve(3).value();
        EXPECT_TRUE(pending->write(as_bytes("abc")));
        EXPECT_FALSE(run_now(pending->finish()));
    }
    keep(*extents_, "later");
    EXPECT_GE(files_.calls(Kind::sync_directory), 3U);
}

// ---- the disk --------------------------------------------------------------------------------------------------------

TEST(DiskExtents, BytesComeBackAndPunchedBlocksAreGivenBack) {
    const auto root = std::filesystem::temp_directory_path() / ("lazulite-extents-" + std::to_string(getpid()));
    {
        const auto files = open_disk(root.string()).value();
        ExtentPool::Options options;
        options.directory = "a/extents";
        const auto extents = make_extents(*files, options);
        const std::string bytes = some_bytes(1 << 20, 1);
        auto pending = extents->reserve(bytes.size()).value();
        ASSERT_TRUE(pending->write(as_bytes(bytes)));
        const Range range = run_now(pending->finish()).value();
        pending->keep();
        std::string back(bytes.size(), '\0');
        ASSERT_TRUE(extents->read(range.extent, range.offset, back.data(), back.size()));
        EXPECT_BYTES(back, bytes);

        const auto path = root / extent_path("a/extents", range.extent);
        std::filesystem::create_hard_link(path, root / "fork");
        extents->punch(range);
        ASSERT_TRUE(extents->read(range.extent, range.offset, back.data(), back.size()));
        EXPECT_BYTES(back, bytes);  // a fork uses it
        std::filesystem::remove(root / "fork");
        extents->punch(range);
        ASSERT_TRUE(extents->read(range.extent, range.offset, back.data(), back.size()));
        EXPECT_BYTES(back, std::string(bytes.size(), '\0'));
    }
    std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace lazulite::test
