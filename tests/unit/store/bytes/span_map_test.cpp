#include "store/span_map.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>

#include "small_store.hpp"

namespace lazulite::test {
namespace {

constexpr std::uint64_t kTiB = 1ULL << 40;

class SpanMapTest : public testing::Test {
  protected:
    /// Writes into row 1, which is `size_` bytes long.
    void put(std::uint64_t start, const std::string& bytes) {
        Source source = bytes;
        std::unique_ptr<PendingBytes> pending;
        if (bytes.size() > 1024) {
            auto upload = store_.upload(bytes);
            source = upload.first;
            pending = std::move(upload.second);
        }
        store_.write([&](WriteTxn& tx) {
            settle(tx, contents::write_map(tx, SmallStore::row(tx, 1), size_, start, source));
        });
        if (pending) pending->keep();
    }
    void clear(std::uint64_t start, std::uint64_t length) {
        store_.write([&](WriteTxn& tx) {
            settle(tx, contents::clear_map(tx, SmallStore::row(tx, 1), size_, start, length));
        });
    }
    void resize(std::uint64_t size) {
        store_.write([&](WriteTxn& tx) {
            settle(tx, contents::resize_map(tx, SmallStore::row(tx, 1), size_, size));
        });
        size_ = size;
    }
    /// Row 2 names what row 1 does.
    void snapshot() {
        store_.write([&](WriteTxn& tx) {
            const ContentRef ref = contents::share(tx, SmallStore::row(tx, 1), size_);
            store_.set_row(tx, 2, ref);
        });
    }
    void settle(WriteTxn& tx, const ContentRef& ref) {
        const ContentRef before = SmallStore::row(tx, 1);
        store_.set_row(tx, 1, ref);
        if (before.encode() != ref.encode()) contents::release(tx, before);
    }
    std::string bytes(std::int64_t row, std::uint64_t first, std::uint64_t length) {
        ContentRef ref;
        store_.read([&](ReadTxn& tx) { ref = SmallStore::row(tx, row); });
        return store_.content(ref, first, length);
    }
    std::int64_t spans() { return store_.number("SELECT count(*) FROM map_spans"); }
    std::int64_t live() { return store_.number("SELECT coalesce(sum(live), 0) FROM extents"); }
    void TearDown() override { store_.expect_sound(); }

    std::unique_ptr<FileSystem> files_ = make_memory_file_system(1 << 30);
    SmallStore store_{*files_};
    std::uint64_t size_ = 8 * kTiB;
};

TEST_F(SpanMapTest, NothingWrittenIsZerosAndTakesNoRows) {
    EXPECT_EQ(bytes(1, 8 * kTiB - 4096, 4096), std::string(4096, '\0'));
    clear(0, 8 * kTiB);
    resize(kTiB);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
}

TEST_F(SpanMapTest, AWriteAtTheEndOfEightTebibytesIsOneSpan) {
    const std::string page = some_bytes(4096, 1);
    put(8 * kTiB - 4096, page);
    EXPECT_EQ(spans(), 1);
    EXPECT_EQ(live(), 4096);
    EXPECT_BYTES(bytes(1, 8 * kTiB - 8192, 8192), std::string(4096, '\0') + page);
}

TEST_F(SpanMapTest, ACutSpanKeepsWhatIsNotWrittenOver) {
    const std::string whole = some_bytes(64 << 10, 1);
    const std::string page = some_bytes(512, 2);
    put(0, whole);
    put(10'240, page);
    EXPECT_EQ(spans(), 3);
    EXPECT_EQ(live(), (64 << 10) - 512);
    store_.reclaim();
    std::string wanted = whole;
    wanted.replace(10'240, 512, page);
    EXPECT_BYTES(bytes(1, 0, 64 << 10), wanted);
}

TEST_F(SpanMapTest, ABlockGoesWithTheLastOfItsPagesInWhateverOrderTheyGo) {
    const std::string whole = some_bytes(16 << 10, 1);
    put(0, whole);
    const Range range = [&] {
        Range found;
        store_.read([&](ReadTxn& tx) {
            found = std::get<Range>(contents::resolve(tx, SmallStore::row(tx, 1), 0, 16 << 10, 1).front().from);
        });
        return found;
    }();
    const auto on_disk = [&](std::uint64_t first, std::uint64_t length) {
        std::string text(length, '?');
        EXPECT_TRUE(store_.extents->read(range.extent, range.offset + first, text.data(), text.size()));
        return text;
    };
    for (const std::uint64_t page : {11, 9, 15, 8, 13, 10, 12}) {
        clear(page * 512, 512);
        store_.reclaim();
        EXPECT_BYTES(on_disk(0, 16 << 10), whole);
    }
    clear(14 * 512, 512);
    store_.reclaim();
    EXPECT_BYTES(on_disk(4096, 4096), std::string(4096, '\0'));
    EXPECT_BYTES(on_disk(0, 4096), whole.substr(0, 4096));
    EXPECT_BYTES(on_disk(8192, 8192), whole.substr(8192));
    EXPECT_EQ(live(), 12 << 10);
}

TEST_F(SpanMapTest, ASnapshotCostsNoSpanAndIsNotChangedByWrites) {
    const std::string whole = some_bytes(64 << 10, 1);
    put(0, whole);
    snapshot();
    EXPECT_EQ(spans(), 1);
    const std::string page = some_bytes(4096, 2);
    put(8192, page);
    clear(0, 512);
    resize(32 << 10);
    resize(64 << 10);
    EXPECT_BYTES(bytes(2, 0, 64 << 10), whole);
    std::string wanted = whole.substr(0, 32 << 10) + std::string(32 << 10, '\0');
    wanted.replace(8192, 4096, page);
    wanted.replace(0, 512, 512, '\0');
    EXPECT_BYTES(bytes(1, 0, 64 << 10), wanted);
    EXPECT_EQ(live(), (64 << 10) + 4096);
}

TEST_F(SpanMapTest, WithoutItsSnapshotTheContentTakesOverWhatItShows) {
    put(0, some_bytes(64 << 10, 1));
    snapshot();
    put(8192, some_bytes(4096, 2));
    resize(32 << 10);
    const std::string wanted = bytes(1, 0, size_);
    store_.drop_row(2);
    store_.expect_sound();
    store_.reclaim();
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 1);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents WHERE base_id IS NOT NULL"), 0);
    EXPECT_EQ(live(), 32 << 10);
    EXPECT_BYTES(bytes(1, 0, size_), wanted);
}

TEST_F(SpanMapTest, WithoutTheContentItsSnapshotStays) {
    const std::string whole = some_bytes(64 << 10, 1);
    put(0, whole);
    snapshot();
    put(8192, some_bytes(4096, 2));
    store_.drop_row(1);
    store_.reclaim();
    EXPECT_EQ(live(), 64 << 10);
    EXPECT_BYTES(bytes(2, 0, 64 << 10), whole);
}

TEST_F(SpanMapTest, AMergeWaitsForThoseWhoReadTheContentBelow) {
    const std::string whole = some_bytes(64 << 10, 1);
    put(0, whole);
    snapshot();
    put(8192, some_bytes(4096, 2));
    ContentRef below;
    store_.read([&](ReadTxn& tx) { below = SmallStore::row(tx, 2); });
    Pin pin = store_.readers.pin(below.pin_key());
    store_.drop_row(2);
    store_.reclaim();
    EXPECT_BYTES(store_.content(below, 0, 64 << 10), whole);
    pin = {};
    store_.reclaim();
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 1);
}

TEST_F(SpanMapTest, ClearingAThousandSpansIsOneRowAtOnce) {
    for (std::uint64_t page = 0; page < 1000; ++page) put(page * 1024, some_bytes(512, page));
    EXPECT_EQ(spans(), 1000);
    clear(0, 8 * kTiB);
    EXPECT_EQ(spans(), 1001);  // a hole above them
    EXPECT_BYTES(bytes(1, 0, 4096), std::string(4096, '\0'));
    store_.reclaim();
    EXPECT_LE(spans(), 1);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 1);
}

TEST_F(SpanMapTest, PagesRewrittenOneByOneThreeTimesLeaveNoBytesBehind) {
    constexpr std::uint64_t kSize = 2 << 20;
    constexpr std::uint64_t kPages = kSize / 512;
    put(0, some_bytes(kSize, 1));
    std::string wanted = bytes(1, 0, kSize);
    std::mt19937_64 random(5);
    for (std::uint64_t i = 0; i < 3 * kPages;) {
        store_.write([&](WriteTxn& tx) {
            for (const std::uint64_t end = i + 128; i < end; ++i) {
                const std::uint64_t page = random() % kPages;
                const std::string text = some_bytes(512, i);
                settle(tx, contents::write_map(tx, SmallStore::row(tx, 1), size_, page * 512, text));
                wanted.replace(page * 512, 512, text);
            }
        });
    }
    store_.reclaim();
    EXPECT_BYTES(bytes(1, 0, kSize), wanted);
    // One page in twenty is left of the first write, in one block of three.
    EXPECT_LT(live(), static_cast<std::int64_t>(kSize / 10));
    EXPECT_LE(spans(), static_cast<std::int64_t>(kPages));
    const std::int64_t rows = store_.number("SELECT sum(pgsize) FROM dbstat WHERE name = 'map_spans'");
    EXPECT_LT(rows, static_cast<std::int64_t>(kSize * 9 / 5));
}

}  // namespace
}  // namespace lazulite::test
