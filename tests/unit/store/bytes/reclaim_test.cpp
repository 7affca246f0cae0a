#include <gtest/gtest.h>

#include "small_store.hpp"
#include "store/content_codec.hpp"
#include "store/fault_file_system.hpp"

namespace lazulite::test {
namespace {

using Kind = FileOperation::Kind;

class ReclaimTest : public testing::Test {
  protected:
    static SmallStore::Options small_extents() {
        SmallStore::Options options;
        options.packed_limit = 256 << 10;
        options.exclusive_from = 64 << 10;
        return options;
    }
    /// Ranges that were punched since the last call.
    std::uint64_t punches() {
        const std::uint64_t all = files_.calls(Kind::punch);
        return all - std::exchange(counted_, all);
    }
    void drop_dir(std::int64_t dir) {
        store_->write([&](WriteTxn& tx) { tx.drain(WriteTxn::Drain::directory, dir); });
    }
    bool present(std::uint64_t extent) { return files_.exists(extent_path(SmallStore::kExtents, extent)).value(); }
    void reopen() {
        store_.reset();
        store_ = std::make_unique<SmallStore>(files_, small_extents());
    }
    Block block(std::string_view bytes) {
        auto [range, pending] = store_->upload(bytes);
        pending->keep();
        return {"id", bytes.size(), range};
    }

    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(1 << 30);
    FaultFileSystem files_{*memory_};
    std::unique_ptr<SmallStore> store_ = std::make_unique<SmallStore>(files_, small_extents());
    std::uint64_t counted_ = 0;
};

// ---- gates -----------------------------------------------------------------------------------------------------------

TEST_F(ReclaimTest, AFreedRangeIsPunchedAsWholeBlocks) {
    store_->put(1, some_bytes(5000, 1));
    const Range kept = store_->put(2, some_bytes(10, 2));
    store_->drop_row(1);
    EXPECT_EQ(punches(), 0U);
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    const auto trace = files_.trace();
    const auto punch = std::find_if(trace.begin(), trace.end(), [](const auto& op) { return op.kind == Kind::punch; });
    EXPECT_EQ(punch->offset, 4096U);
    EXPECT_EQ(punch->length, 8192U);
    EXPECT_BYTES(store_->content(ContentRef(kept), 0, 10), some_bytes(10, 2));
    EXPECT_EQ(store_->number("SELECT freed FROM extents"), 0);
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    EXPECT_FALSE(store_->reclaimer.waiting());
    store_->expect_sound();
}

TEST_F(ReclaimTest, NothingIsPunchedBeforeTheCommit) {
    const Range range = store_->put(1, some_bytes(5000, 1));
    store_->put(2, "x");
    store_->write_and_roll_back([&](WriteTxn& tx) { contents::release(tx, ContentRef(range)); });
    store_->reclaim();
    EXPECT_EQ(punches(), 0U);
    bool more = true;
    store_->write([&](WriteTxn& tx) {
        contents::release(tx, ContentRef(range));
        tx.execute("DELETE FROM rows WHERE id = 1");
        more = store_->reclaimer.slice(tx);  // the row of its own group is not there yet
    });
    EXPECT_FALSE(more);
    EXPECT_EQ(punches(), 0U);
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
}

TEST_F(ReclaimTest, ARunningReadHoldsWhatWasReleasedSince) {
    store_->put(1, some_bytes(5000, 1));
    store_->put(2, some_bytes(5000, 2));
    store_->put(3, "x");
    auto read = std::make_unique<OpenRead>(store_->readers, files_);
    store_->drop_row(1);
    store_->reclaim();
    EXPECT_EQ(punches(), 0U);
    EXPECT_TRUE(store_->reclaimer.waiting());
    // A later read sees nothing of row 1, but it does of row 2.
    const OpenRead later(store_->readers, files_);
    store_->drop_row(2);
    store_->reclaim();
    EXPECT_EQ(punches(), 0U);
    read.reset();
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    EXPECT_EQ(store_->number("SELECT freed FROM extents"), 5000);
}

TEST_F(ReclaimTest, APinHoldsItsOwnContentAlone) {
    const Range slow = store_->put(1, some_bytes(5000, 1));
    store_->put(2, some_bytes(5000, 2));
    store_->put(3, "x");
    Pin pin = store_->readers.pin(ContentRef(slow).pin_key());
    store_->write([&](WriteTxn& tx) {  // both in one group, so in one row of the queue
        for (const std::int64_t id : {1, 2}) {
            contents::release(tx, SmallStore::row(tx, id));
            tx.execute("DELETE FROM rows WHERE id = ?", id);
        }
    });
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    EXPECT_BYTES(store_->content(ContentRef(slow), 0, 5000), some_bytes(5000, 1));
    EXPECT_TRUE(store_->reclaimer.waiting());
    store_->expect_sound();
    pin = {};
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    EXPECT_FALSE(store_->reclaimer.waiting());
    store_->expect_sound();
}

TEST_F(ReclaimTest, APinOutlastsThePromotionOfAnEmbeddedContent) {
    const Range range = store_->put(1, some_bytes(5000, 1));
    store_->put(9, "x");
    Pin pin = store_->readers.pin(ContentRef(range).pin_key());
    store_->write([&](WriteTxn& tx) {
        const ContentRef shared = contents::share(tx, ContentRef(range), 5000);
        store_->set_row(tx, 1, shared);
        store_->set_row(tx, 2, shared);
    });
    store_->drop_row(1);
    store_->drop_row(2);
    store_->reclaim();
    EXPECT_EQ(punches(), 0U);
    pin = {};
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
}

TEST_F(ReclaimTest, APinnedContentCanStillBeResolved) {
    const std::string bytes = some_bytes(5000, 1);
    const Block first = block(bytes);
    ContentRef old;
    store_->write([&](WriteTxn& tx) {
        old = contents::create_list(tx, std::vector<Block>{first, {"t", 4, std::string("text")}});
        store_->set_row(tx, 1, old);
    });
    store_->put(9, "x");
    Pin pin = store_->readers.pin(old.pin_key());
    store_->drop_row(1);
    store_->reclaim();
    EXPECT_TRUE(store_->reclaimer.waiting());
    EXPECT_BYTES(store_->content(old, 0, 5004), bytes + "text");
    store_->expect_sound();
    pin = {};
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    EXPECT_EQ(store_->number("SELECT count(*) FROM contents"), 0);
    EXPECT_EQ(store_->number("SELECT count(*) FROM list_chunks"), 0);
    store_->expect_sound();
}

TEST_F(ReclaimTest, APinOutlastsTheMoveOfABlockToAnotherList) {
    ContentRef old;
    const Block moved = block(some_bytes(5000, 1));
    store_->write([&](WriteTxn& tx) {
        old = contents::create_list(tx, std::vector<Block>{moved});
        store_->set_row(tx, 1, old);
    });
    store_->put(9, "x");
    Pin reader_of_old = store_->readers.pin(old.pin_key());
    store_->write([&](WriteTxn& tx) {
        const ContentRef next = contents::create_list(tx, contents::blocks(tx, old));
        contents::release(tx, old);
        store_->set_row(tx, 1, next);
    });
    store_->reclaim();
    store_->drop_row(1);
    store_->reclaim();
    EXPECT_EQ(punches(), 0U);
    reader_of_old = {};
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    store_->expect_sound();
}

TEST_F(ReclaimTest, ManyPinnedRowsDoNotHoldTheRestBack) {
    std::vector<Pin> pins;
    for (std::int64_t id = 1; id <= 300; ++id) {
        const Range range = store_->put(id, "x");
        pins.push_back(store_->readers.pin(ContentRef(range).pin_key()));
        store_->drop_row(id);
    }
    store_->put(1000, "kept");
    store_->put(1001, "free");
    store_->drop_row(1001);
    punches();
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    pins.clear();
    store_->reclaim();
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    store_->expect_sound();
}

TEST_F(ReclaimTest, ANewRowOfTheQueueNeverTakesTheNumberOfOneThatIsDone) {
    store_->put(1, "a");
    store_->put(2, "b");
    store_->put(3, "c");
    store_->drop_row(1);
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    const OpenRead read(store_->readers, files_);
    store_->drop_row(2);  // alone in the queue again
    store_->reclaim();
    EXPECT_EQ(punches(), 0U);
}

TEST_F(ReclaimTest, NorDoesTheFirstRowOfTheNextProcess) {
    auto upload = store_->upload(some_bytes(5000, 1));
    store_->write([&](WriteTxn& tx) { store_->set_row(tx, 1, contents::create_embedded(tx, upload.first), 7); });
    upload.second->keep();
    drop_dir(7);
    EXPECT_EQ(store_->number("SELECT seq FROM reclaim"), 1);
    upload = {};
    reopen();
    store_->slice();  // the drain is over, and what it released stands in a row of its own
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 1);
    EXPECT_EQ(store_->number("SELECT seq FROM reclaim"), 2);
}

// ---- extents ---------------------------------------------------------------------------------------------------------

TEST_F(ReclaimTest, ADeadExclusiveExtentIsUnlinkedWithoutPunches) {
    const Range range = store_->put(1, some_bytes(100'000, 1));
    EXPECT_TRUE(present(range.extent));
    store_->drop_row(1);
    EXPECT_TRUE(present(range.extent));
    store_->reclaim();
    EXPECT_FALSE(present(range.extent));
    EXPECT_EQ(punches(), 0U);
    EXPECT_EQ(store_->number("SELECT count(*) FROM extents"), 0);
    store_->expect_sound();
}

TEST_F(ReclaimTest, APackedExtentGoesOnceItIsSealedAndEmpty) {
    const Range first = store_->put(1, some_bytes(10, 1));
    store_->drop_row(1);
    store_->reclaim();
    EXPECT_TRUE(present(first.extent));  // still written to
    EXPECT_EQ(store_->number("SELECT count(*) FROM extents"), 1);
    for (std::int64_t id = 2; id < 20; ++id) store_->put(id, some_bytes(30'000, 1));
    store_->reclaim();
    EXPECT_TRUE(present(first.extent));  // with others in it
    const auto with = static_cast<std::int64_t>(first.extent);
    for (std::int64_t id = 2; id < 20; ++id) {
        bool inside = false;
        store_->read([&](ReadTxn& tx) {
            inside = static_cast<std::int64_t>(SmallStore::row(tx, id).range()->extent) == with;
        });
        if (inside) store_->drop_row(id);
    }
    store_->reclaim();
    EXPECT_FALSE(present(first.extent));
    store_->expect_sound();
}

TEST_F(ReclaimTest, AnExtentWithAnUploadInFlightIsNotUnlinked) {
    const Range first = store_->put(1, some_bytes(10, 1));
    auto slow = store_->upload("slow");
    ASSERT_EQ(slow.first.extent, first.extent);
    for (std::int64_t id = 2; id < 20; ++id) store_->put(id, some_bytes(30'000, 1));
    store_->write([&](WriteTxn& tx) {
        Cursor cursor = tx.query("SELECT id, content FROM rows WHERE id < 20");
        while (cursor.next()) contents::release(tx, ContentRef::decode(cursor.bytes(1)));
        tx.execute("DELETE FROM rows WHERE id < 20");
    });
    store_->reclaim();
    EXPECT_TRUE(present(first.extent));
    store_->write([&](WriteTxn& tx) { store_->set_row(tx, 99, contents::create_embedded(tx, slow.first)); });
    slow.second->keep();
    slow.second.reset();
    store_->reclaim();
    store_->expect_sound();
    EXPECT_BYTES(store_->content(ContentRef(slow.first), 0, 4), "slow");
    store_->drop_row(99);
    store_->reclaim();
    EXPECT_FALSE(present(first.extent));
}

TEST_F(ReclaimTest, AnExtentThatDiedOpenIsUnlinkedByTheNextProcess) {
    const Range range = store_->put(1, "x");
    store_->drop_row(1);
    store_->reclaim();
    EXPECT_TRUE(present(range.extent));
    reopen();
    store_->reclaim();
    EXPECT_FALSE(present(range.extent));
    EXPECT_EQ(store_->number("SELECT count(*) FROM extents"), 0);
}

TEST_F(ReclaimTest, IdsOfRemovedExtentsNeverComeBack) {
    std::uint64_t last = 0;
    for (int round = 0; round < 5; ++round) {
        const Range range = store_->put(1, some_bytes(100'000, 1));
        EXPECT_GT(range.extent, last);
        last = range.extent;
        store_->drop_row(1);
        store_->reclaim();
        EXPECT_FALSE(present(range.extent));
        reopen();
    }
}

TEST_F(ReclaimTest, LitterOfACrashGoesWithTheNextStarts) {
    const Range kept = store_->put(1, "kept");
    store_->upload("lost").second->keep();  // and the process died before the commit
    const auto lost = store_->upload(some_bytes(100'000, 1));
    lost.second->keep();
    const Range later = store_->put(2, some_bytes(100'000, 2));
    ASSERT_TRUE(present(lost.first.extent));
    EXPECT_EQ(store_->check().orphans, 1U);
    reopen();
    store_->reclaim();
    EXPECT_FALSE(present(lost.first.extent));
    EXPECT_TRUE(present(kept.extent));
    EXPECT_TRUE(present(later.extent));
    EXPECT_EQ(store_->check().orphans, 0U);
    EXPECT_FALSE(store_->reclaimer.waiting());
    store_->expect_sound();
}

// ---- queue and drains ------------------------------------------------------------------------------------------------

TEST_F(ReclaimTest, BlocksThatTouchAreOneHole) {
    std::vector<Range> ranges;
    for (std::int64_t id = 1; id <= 7; ++id) ranges.push_back(store_->put(id, some_bytes(id == 2 ? 5000 : 4096, 1)));
    for (const std::int64_t id : {3, 1, 6, 2}) store_->drop_row(id);  // a commit each
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 4);
    store_->reclaim();
    EXPECT_EQ(punches(), 2U);
    std::vector<FileOperation> holes;
    for (const FileOperation& one : files_.trace()) {
        if (one.kind == Kind::punch) holes.push_back(one);
    }
    ASSERT_EQ(holes.size(), 2U);
    EXPECT_EQ(holes[0].offset, ranges[0].offset);
    EXPECT_EQ(holes[0].length, 4U * 4096);  // the second takes two blocks
    EXPECT_EQ(holes[1].offset, ranges[5].offset);
    EXPECT_EQ(holes[1].length, 4096U);
    EXPECT_EQ(store_->number("SELECT freed FROM extents"), 0);
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    for (const std::size_t kept : {3, 4, 6}) {
        EXPECT_BYTES(store_->content(ContentRef(ranges[kept]), 0, 4096), some_bytes(4096, 1));
    }
    store_->expect_sound();
}

TEST_F(ReclaimTest, ARowThatIsPinnedStaysAmongThoseThatGo) {
    std::vector<Range> ranges;
    for (std::int64_t id = 1; id <= 5; ++id) ranges.push_back(store_->put(id, some_bytes(4096, 1)));
    store_->put(6, "kept");
    Pin pin = store_->readers.pin(ContentRef(ranges[2]).pin_key());
    for (std::int64_t id = 1; id <= 5; ++id) store_->drop_row(id);
    store_->reclaim();
    EXPECT_EQ(punches(), 2U);  // before it and behind it
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 1);
    EXPECT_EQ(store_->number("SELECT freed FROM extents"), 4096);
    pin = {};
    store_->reclaim();
    EXPECT_EQ(punches(), 1U);
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    EXPECT_EQ(store_->number("SELECT freed FROM extents"), 0);
    store_->expect_sound();
}

TEST_F(ReclaimTest, AGroupThatFreesMuchWritesSeveralRowsAndWorksThroughThemInSlices) {
    for (std::int64_t id = 1; id <= 1200; ++id) store_->put(id, "x");
    store_->put(5000, "kept");
    store_->write([&](WriteTxn& tx) {
        Cursor cursor = tx.query("SELECT content FROM rows WHERE id < 5000");
        while (cursor.next()) contents::release(tx, ContentRef::decode(cursor.bytes(0)));
        tx.execute("DELETE FROM rows WHERE id < 5000");
    });
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 3);
    int slices = 0;
    for (bool more = true; more; ++slices) {
        ASSERT_LT(slices, 3000);
        more = store_->slice();
        EXPECT_LE(punches(), 200U);
        if (slices % 3 == 0) store_->expect_sound();
    }
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    EXPECT_EQ(store_->number("SELECT sum(freed) FROM extents"), 0);
    store_->expect_sound();
}

TEST_F(ReclaimTest, ADroppedDirectoryIsOneRowAndDrainsInSlices) {
    for (std::int64_t id = 1; id <= 1000; ++id) {
        auto upload = store_->upload("x");
        store_->write([&](WriteTxn& tx) {
            store_->set_row(tx, id, contents::create_embedded(tx, upload.first), 7);
        });
        upload.second->keep();
    }
    store_->put(5000, "kept");
    const auto before = store_->connection.total_changes();
    drop_dir(7);
    EXPECT_EQ(store_->connection.total_changes() - before, 1);
    store_->expect_sound();
    std::int64_t left = 1000;
    int slices = 0;
    for (; store_->number("SELECT count(*) FROM rows WHERE dir = 7") != 0; ++slices) {
        ASSERT_LT(slices, 3000);
        const bool more = store_->slice();
        const std::int64_t now = store_->number("SELECT count(*) FROM rows WHERE dir = 7");
        EXPECT_TRUE(more || now == 0);
        EXPECT_LE(left - now, 200);
        left = now;
        store_->expect_sound();
    }
    EXPECT_GE(slices, 5);
    store_->reclaim();
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    EXPECT_EQ(store_->number("SELECT sum(live) FROM extents"), 4);
    store_->expect_sound();
}

TEST_F(ReclaimTest, TheLedgerTakesBackWhatAFailedMemberAdded) {
    const Range range = store_->put(1, some_bytes(5000, 1));
    auto other = store_->upload("abc");
    store_->write([&](WriteTxn& tx) {
        store_->set_row(tx, 2, contents::create_embedded(tx, other.first));
        const Ledger::Mark mark = store_->ledger.mark();
        tx.release(range, 1);
        tx.name(range);
        tx.drain(WriteTxn::Drain::directory, 4);
        store_->ledger.rewind(mark);
    });
    other.second->keep();
    EXPECT_EQ(store_->number("SELECT count(*) FROM reclaim"), 0);
    store_->expect_sound();
}

TEST_F(ReclaimTest, AFailedUnlinkIsTriedAgain) {
    const Range range = store_->put(1, some_bytes(100'000, 1));
    store_->drop_row(1);
    files_.inject({.kinds = {Kind::remove}, .error = EACCES, .from_then_on = true, .path_part = "extents"});
    store_->reclaim();
    EXPECT_TRUE(present(range.extent));
    store_->expect_sound();
    files_.heal();
    store_->reclaim();
    EXPECT_FALSE(present(range.extent));
    EXPECT_EQ(store_->number("SELECT count(*) FROM extents"), 0);
}

}  // namespace
}  // namespace lazulite::test
