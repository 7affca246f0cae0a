#include <gtest/gtest.h>

#include "small_store.hpp"

namespace lazulite::test {
namespace {

class Contents : public testing::Test {
  protected:
    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(1 << 30);
    SmallStore store_{*memory_};

    Block block(std::string_view bytes, Naming naming = Naming::fresh) {
        auto [range, pending] = store_.upload(bytes);
        pending->keep();
        return {"id", bytes.size(), range, naming};
    }
    ContentRef list_in_row(std::int64_t id, std::vector<Block> blocks) {
        ContentRef ref;
        store_.write([&](WriteTxn& tx) {
            ref = contents::create_list(tx, blocks);
            store_.set_row(tx, id, ref);
        });
        return ref;
    }
};

TEST_F(Contents, NothingReadsAsZeros) {
    EXPECT_BYTES(store_.content(ContentRef(), 5, 10), std::string(10, '\0'));
    store_.read([&](ReadTxn& tx) { EXPECT_TRUE(contents::resolve(tx, ContentRef(), 5, 0, 10).empty()); });
}

TEST_F(Contents, InlineBytesNeedNoExtent) {
    ContentRef ref;
    store_.write([&](WriteTxn& tx) {
        ref = contents::create_inline(tx, "hello");
        store_.set_row(tx, 1, ref);
    });
    EXPECT_BYTES(store_.content(ref, 0, 5), "hello");
    EXPECT_BYTES(store_.content(ref, 1, 3), "ell");
    EXPECT_BYTES(store_.content(ref, 3, 4), std::string("lo\0\0", 4));
    EXPECT_EQ(store_.extent_files(), 0U);
    store_.expect_sound();
    store_.drop_row(1);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
    EXPECT_EQ(store_.number("SELECT count(*) FROM reclaim"), 0);
}

TEST_F(Contents, AnEmbeddedRangeHasNoRowUntilItIsShared) {
    const std::string bytes = some_bytes(9000, 1);
    const Range range = store_.put(1, bytes);
    const ContentRef embedded(range);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
    EXPECT_BYTES(store_.content(embedded, 100, 8000), bytes.substr(100, 8000));

    ContentRef shared;
    store_.write([&](WriteTxn& tx) {
        shared = contents::share(tx, embedded, bytes.size());
        store_.set_row(tx, 1, shared);
        store_.set_row(tx, 2, shared);
    });
    EXPECT_TRUE(shared.content_id());
    EXPECT_BYTES(store_.content(shared, 100, 8000), bytes.substr(100, 8000));
    store_.expect_sound();

    store_.write([&](WriteTxn& tx) { store_.set_row(tx, 3, contents::share(tx, shared, bytes.size())); });
    store_.expect_sound();
    for (const std::int64_t row : {2, 1, 3}) {
        store_.reclaim();
        EXPECT_EQ(store_.number("SELECT live FROM extents"), 9000);
        store_.drop_row(row);
        store_.expect_sound();
    }
    store_.slice();
    store_.expect_sound();
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 0);
    EXPECT_EQ(store_.number("SELECT freed FROM extents"), 9000);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
}

TEST_F(Contents, WholeRangesKeepTheirChecksum) {
    const Range range = store_.put(1, some_bytes(5000, 2));
    store_.read([&](ReadTxn& tx) {
        const auto whole = contents::resolve(tx, ContentRef(range), 0, 5000, 10);
        EXPECT_EQ(std::get<Range>(whole.at(0).from).crc64, range.crc64);
        const auto part = contents::resolve(tx, ContentRef(range), 1, 4999, 10);
        EXPECT_EQ(std::get<Range>(part.at(0).from).crc64, 0U);
        EXPECT_EQ(std::get<Range>(part.at(0).from).offset, range.offset + 1);
    });
}

TEST_F(Contents, AListReadsItsBlocksInOrder) {
    const std::string a = some_bytes(5000, 1);
    const std::string b = some_bytes(3, 2);
    const std::string c = some_bytes(70'000, 3);
    const ContentRef ref = list_in_row(1, {block(a), {"b", b.size(), b}, block(c)});
    const std::string whole = a + b + c;
    EXPECT_BYTES(store_.content(ref, 0, whole.size()), whole);
    EXPECT_BYTES(store_.content(ref, 0, whole.size(), 1), whole);
    EXPECT_BYTES(store_.content(ref, 4999, 6), whole.substr(4999, 6));
    EXPECT_BYTES(store_.content(ref, 75'000, 10), whole.substr(75'000) + std::string(7, '\0'));
    store_.read([&](ReadTxn& tx) {
        const auto blocks = contents::blocks(tx, ref);
        ASSERT_EQ(blocks.size(), 3U);
        EXPECT_EQ(blocks[1].id, "b");
        EXPECT_EQ(blocks[2].length, c.size());
        EXPECT_EQ(blocks[2].naming, Naming::shared);
        EXPECT_TRUE(contents::blocks(tx, ContentRef()).empty());
    });
    store_.expect_sound();
}

TEST_F(Contents, NeighboursInAnExtentAreOnePiece) {
    const ContentRef ref = list_in_row(1, {block(some_bytes(4096, 1)), block(some_bytes(8192, 2)), block("tail")});
    store_.read([&](ReadTxn& tx) {
        const auto pieces = contents::resolve(tx, ref, 96, 12'196, 10);
        ASSERT_EQ(pieces.size(), 1U);
        EXPECT_EQ(pieces[0].length, 12'196U);
    });
    EXPECT_BYTES(store_.content(ref, 4000, 8292), some_bytes(4096, 1).substr(4000) + some_bytes(8192, 2) + "tail");
}

TEST_F(Contents, ARangeInSeveralBlocksIsCounted) {
    const Block once = block(some_bytes(5000, 1));
    list_in_row(1, {once, once, block("x"), once});
    EXPECT_EQ(store_.number("SELECT refs FROM shared_ranges"), 3);
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 5001);
    store_.expect_sound();
    store_.drop_row(1);
    store_.slice();
    EXPECT_EQ(store_.number("SELECT count(*) FROM shared_ranges"), 0);
    EXPECT_EQ(store_.number("SELECT freed FROM extents"), 5001);
    store_.expect_sound();
}

TEST_F(Contents, ANewListMayUseBlocksOfTheOneItReplaces) {
    const ContentRef old = list_in_row(1, {block("one"), block("two"), block("three")});
    ContentRef next;
    store_.write([&](WriteTxn& tx) {
        auto blocks = contents::blocks(tx, old);
        std::swap(blocks[0], blocks[2]);
        blocks.push_back(block("four"));
        next = contents::create_list(tx, blocks);
        contents::release(tx, old);
        store_.set_row(tx, 1, next);
    });
    EXPECT_BYTES(store_.content(next, 0, 15), "threetwoonefour");
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 15);
    EXPECT_EQ(store_.number("SELECT min(refs) FROM shared_ranges"), 2);
    store_.expect_sound();
    store_.reclaim();
    EXPECT_EQ(store_.number("SELECT count(*) FROM shared_ranges"), 0);
    store_.expect_sound();
    store_.drop_row(1);
    store_.slice();
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 0);
    store_.expect_sound();
}

TEST_F(Contents, AListWithoutIdsSharesItsBlocks) {
    const std::string a = some_bytes(5000, 1);
    const std::string b = some_bytes(3, 2);
    const ContentRef ref = list_in_row(1, {{"a", a.size(), block(a).source}, {"b", b.size(), b}});
    std::optional<ContentRef> whole;
    store_.write([&](WriteTxn& tx) {
        whole = contents::without_ids(tx, ref, a.size() + b.size());
        store_.set_row(tx, 2, *whole);
        EXPECT_FALSE(contents::without_ids(tx, ContentRef(), 0));
    });
    EXPECT_BYTES(store_.content(*whole, 0, 5003), a + b);
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 5000);
    store_.read([&](ReadTxn& tx) {
        EXPECT_EQ(contents::named_blocks(tx, ref).size(), 2U);
        EXPECT_TRUE(contents::named_blocks(tx, *whole).empty());
    });
    store_.expect_sound();
    store_.drop_row(1);
    store_.slice();
    EXPECT_BYTES(store_.content(*whole, 0, 5003), a + b);
    store_.expect_sound();
}

TEST_F(Contents, TheChecksumOfTheWholeIsToldWithoutReading) {
    const std::string a = some_bytes(5000, 1);
    const std::string b = some_bytes(3, 2);
    const ContentRef list = list_in_row(1, {block(a), {"b", b.size(), b}});
    const Range range = store_.put(2, a);
    ContentRef text;
    store_.write([&](WriteTxn& tx) {
        text = contents::create_inline(tx, b);
        store_.set_row(tx, 3, text);
    });
    store_.read([&](ReadTxn& tx) {
        EXPECT_EQ(contents::crc64_of(tx, ContentRef(), 0), Crc64::of({}));
        EXPECT_FALSE(contents::crc64_of(tx, ContentRef(), 512));
        EXPECT_EQ(contents::crc64_of(tx, ContentRef(range), 5000), Crc64::of(as_bytes(a)));
        EXPECT_EQ(contents::crc64_of(tx, text, 3), Crc64::of(as_bytes(b)));
        EXPECT_EQ(contents::crc64_of(tx, list, 5003), Crc64::of(as_bytes(a + b)));
    });
}

TEST_F(Contents, StagedBlocksPassTheirNameOn) {
    const Block staged = block("staged");
    store_.write([&](WriteTxn& tx) {
        contents::name(tx, staged.source);
        tx.execute("INSERT INTO staged(set_id, id, source) VALUES(1, 1, ?)",
                   std::string_view(contents::encode_source(staged.source)));
    });
    store_.expect_sound();
    store_.write([&](WriteTxn& tx) {
        tx.execute("DELETE FROM staged");
        Block moved = staged;
        moved.naming = Naming::moved;
        store_.set_row(tx, 1, contents::create_list(tx, std::vector<Block>{moved, moved}));
    });
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 6);
    EXPECT_EQ(store_.number("SELECT refs FROM shared_ranges"), 2);
    store_.expect_sound();
}

TEST_F(Contents, AStagedBlockThatIsNotUsedIsReleased) {
    const Block staged = block("staged");
    store_.write([&](WriteTxn& tx) { contents::name(tx, staged.source); });
    store_.write([&](WriteTxn& tx) { contents::release(tx, staged.source, 7); });
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 0);
    EXPECT_EQ(store_.number("SELECT freed FROM extents"), 6);
    store_.expect_sound();
}

TEST_F(Contents, ARolledBackAttemptLeavesNothing) {
    const Range range = store_.put(1, some_bytes(5000, 1));
    const std::vector<Block> blocks{block("new")};
    for (int i = 0; i < 3; ++i) {
        store_.write_and_roll_back([&](WriteTxn& tx) {
            contents::release(tx, ContentRef(range));
            store_.set_row(tx, 1, contents::create_list(tx, blocks));
        });
        store_.expect_sound();
    }
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 5000);
}

TEST_F(Contents, WhatANewListIsMadeOfMustFit) {
    EXPECT_THROW((void)contents::encode_list(std::vector<Block>{{"a", 0, std::string()}}), std::logic_error);
    EXPECT_THROW((void)contents::encode_list(std::vector<Block>{{"a", 2, std::string("abc")}}), std::logic_error);
    EXPECT_THROW((void)contents::encode_list(std::vector<Block>{{"a", 2, Range{1, 4096, 3, 0}}}), std::logic_error);
}

TEST_F(Contents, DanglingReferencesAreCorruption) {
    store_.read([&](ReadTxn& tx) {
        EXPECT_THROW((void)contents::resolve(tx, ContentRef::row(99), 0, 1, 1), SqlError);
    });
}

class Appends : public Contents {
  protected:
    /// Appends to what a row shows, which is `bytes`.
    void append(std::int64_t row, std::string& bytes, const std::string& more, bool in_extent = true) {
        Block added{"", more.size(), more, Naming::fresh};
        if (in_extent) added = block(more);
        store_.write([&](WriteTxn& tx) {
            const ContentRef before = SmallStore::row(tx, row);
            const ContentRef after = contents::append(tx, before, bytes.size(), added);
            store_.set_row(tx, row, after);
            if (after.encode() != before.encode()) contents::release(tx, before);
        });
        bytes += more;
    }
    ContentRef ref(std::int64_t row) {
        ContentRef found;
        store_.read([&](ReadTxn& tx) { found = SmallStore::row(tx, row); });
        return found;
    }
    void share(std::int64_t from, std::int64_t to, std::uint64_t size) {
        store_.write([&](WriteTxn& tx) {
            const ContentRef shared = contents::share(tx, SmallStore::row(tx, from), size);
            store_.set_row(tx, from, shared);
            store_.set_row(tx, to, shared);
        });
    }
    void expect_row(std::int64_t row, const std::string& bytes) {
        EXPECT_BYTES(store_.content(ref(row), 0, bytes.size()), bytes);
        store_.expect_sound();
    }
};

TEST_F(Appends, MakeAListOfNothing) {
    std::string bytes;
    append(1, bytes, "one", false);
    append(1, bytes, some_bytes(5000, 1));
    append(1, bytes, "three");
    append(1, bytes, "four", false);
    expect_row(1, bytes);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 1);
    EXPECT_EQ(store_.number("SELECT size FROM contents"), 5012);
    EXPECT_EQ(store_.number("SELECT count(*) FROM list_chunks"), 1);
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 5005);
    store_.drop_row(1);
    store_.reclaim();
    store_.expect_sound();
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
    EXPECT_EQ(store_.number("SELECT sum(live + freed) FROM extents"), 0);
}

TEST_F(Appends, WriteTwoRowsHoweverLongTheList) {
    std::string bytes;
    for (int i = 0; i < 2'000; ++i) append(1, bytes, some_bytes(100, static_cast<std::uint64_t>(i)), false);
    // A damaged chunk cannot be told from a good one by an append: it looks at the last one alone.
    store_.connection.script("BEGIN");
    store_.connection.execute(
        "UPDATE list_chunks SET entries = x'ff' WHERE start < (SELECT max(start) FROM list_chunks)");
    store_.connection.script("COMMIT");
    const auto changes = [this] { return store_.connection.total_changes(); };
    const std::int64_t before = changes();
    store_.write([&](WriteTxn& tx) {
        const Block more{"", 4, std::string("more"), Naming::fresh};
        EXPECT_EQ(contents::append(tx, SmallStore::row(tx, 1), bytes.size(), more).encode(),
                  SmallStore::row(tx, 1).encode());
    });
    EXPECT_EQ(changes() - before, 2);  // the chunk and the size
    EXPECT_LE(store_.number("SELECT max(length(entries)) FROM list_chunks"), 900);
    EXPECT_GE(store_.number("SELECT min(length(entries)) FROM list_chunks WHERE length(entries) > 1"), 100);
    EXPECT_BYTES(store_.content(ref(1), bytes.size(), 4), "more");
}

TEST_F(Appends, GoOnInANewChunkWhereTheLastIsFull) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) append(1, bytes, some_bytes(30, static_cast<std::uint64_t>(i)), false);
    EXPECT_EQ(store_.number("SELECT count(*) FROM list_chunks"), 2);  // 26 of 34 bytes each fill the first
    append(1, bytes, some_bytes(1024, 99), false);
    append(1, bytes, "x", false);
    EXPECT_EQ(store_.number("SELECT count(*) FROM list_chunks"), 4);
    expect_row(1, bytes);
}

TEST_F(Appends, LeaveWhatSharesTheContentAsItWas) {
    std::string whole;
    append(1, whole, some_bytes(5000, 1));
    append(1, whole, "tail", false);
    share(1, 2, whole.size());
    const std::string snapshot = whole;
    append(1, whole, some_bytes(6000, 2));
    append(1, whole, "more", false);
    expect_row(1, whole);
    expect_row(2, snapshot);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 1);  // no byte and no row was copied
    EXPECT_EQ(store_.number("SELECT refs FROM contents"), 2);
}

TEST_F(Appends, ToBothOfTwoRowsPartThem) {
    std::string first;
    append(1, first, some_bytes(5000, 1));
    append(1, first, "tail", false);
    share(1, 2, first.size());
    std::string second = first;
    append(1, first, some_bytes(6000, 2));
    append(2, second, some_bytes(7000, 3));  // no longer at the end: a list of its own, which shares the first range
    append(2, second, "more", false);
    append(1, first, "and more", false);
    expect_row(1, first);
    expect_row(2, second);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 2);
    EXPECT_EQ(store_.number("SELECT count(*) FROM shared_ranges"), 1);
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 18'000);
    store_.drop_row(1);
    store_.reclaim();
    expect_row(2, second);
    EXPECT_EQ(store_.number("SELECT count(*) FROM shared_ranges"), 0);
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 12'000);
}

TEST_F(Appends, ToWhatIsLeftOfALongerListGoIntoAListOfItsOwn) {
    std::string base;
    append(1, base, some_bytes(5000, 1));
    share(1, 2, base.size());
    std::string left = base;
    append(1, base, some_bytes(6000, 2));
    store_.drop_row(1);
    append(2, left, "new", false);
    expect_row(2, left);
    store_.reclaim();
    expect_row(2, left);
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 1);
    EXPECT_EQ(store_.number("SELECT live FROM extents"), 5000);
}

TEST_F(Appends, ToOtherKindsMakeThemAList) {
    std::string embedded = some_bytes(9000, 1);
    store_.put(1, embedded);
    append(1, embedded, "more", false);
    expect_row(1, embedded);

    std::string shared = some_bytes(9000, 2);
    store_.put(2, shared);
    share(2, 3, shared.size());
    const std::string other = shared;
    append(2, shared, some_bytes(5000, 3));
    expect_row(2, shared);
    expect_row(3, other);

    std::string small = "inline";
    store_.write([&](WriteTxn& tx) { store_.set_row(tx, 4, contents::create_inline(tx, small)); });
    append(4, small, some_bytes(5000, 4));
    expect_row(4, small);
    for (const std::int64_t row : {1, 2, 3, 4}) store_.drop_row(row);
    store_.reclaim();
    store_.expect_sound();
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
    EXPECT_EQ(store_.number("SELECT sum(live + freed) FROM extents"), 0);
}

TEST_F(Appends, AreNotSeenByAReadThatBeganBefore) {
    std::string bytes;
    for (int i = 0; i < 50; ++i) append(1, bytes, some_bytes(5000, static_cast<std::uint64_t>(i)));
    const std::string old = bytes;
    Pin pin;
    std::string got;
    {
        OpenRead read(store_.readers, store_.files);
        got = store_.bytes_of(contents::resolve(read.tx(), ref(1), 0, old.size(), 1));
        append(1, bytes, some_bytes(5000, 99));
        EXPECT_BYTES(store_.bytes_of(contents::resolve(read.tx(), ref(1), 0, old.size(), 1000)), old);
        pin = store_.readers.pin(ref(1).pin_key());
    }
    const ContentRef pinned = ref(1);
    store_.drop_row(1);
    store_.reclaim();
    EXPECT_BYTES(got + store_.content(pinned, got.size(), old.size() - got.size()), old);
    pin = {};
    store_.reclaim();
    EXPECT_EQ(store_.number("SELECT sum(live + freed) FROM extents"), 0);
}

TEST_F(Appends, OfNothingOrBeyondTheContentAreRefused) {
    std::string bytes;
    append(1, bytes, "some", false);
    const Block more{"", 4, std::string("more"), Naming::fresh};
    store_.write_and_roll_back([&](WriteTxn& tx) {
        const ContentRef row = SmallStore::row(tx, 1);
        EXPECT_THROW((void)contents::append(tx, row, 4, {"", 0, std::string(), Naming::fresh}), std::logic_error);
        EXPECT_THROW((void)contents::append(tx, row, 5, more), SqlError);
        EXPECT_THROW((void)contents::append(tx, row, 3, more), SqlError);
    });
}

class BigList : public Contents {
  protected:
    static constexpr std::size_t kBlocks = 50'000;
    static constexpr std::uint64_t kBlockBytes = 100;

    ContentRef make(std::size_t count = kBlocks) {
        std::vector<Block> blocks(count);
        for (std::size_t i = 0; i < count; ++i) {
            blocks[i] = block(std::string_view(bytes_).substr(i * kBlockBytes, kBlockBytes));
            blocks[i].id = std::to_string(i);
            blocks[i].id.insert(0, 12 - blocks[i].id.size(), '0');
        }
        return list_in_row(1, blocks);
    }
    const std::string bytes_ = some_bytes(kBlocks * kBlockBytes, 7);
};

TEST_F(BigList, IsAboutSeventeenHundredRows) {
    make();
    const std::int64_t rows = store_.number("SELECT count(*) FROM list_chunks");
    EXPECT_GT(rows, 500);
    EXPECT_LT(rows, 1'800);
    EXPECT_LE(store_.number("SELECT max(length(entries)) FROM list_chunks"), 900);
}

TEST_F(BigList, ARangeInTheMiddleTouchesAFewChunks) {
    const ContentRef ref = make();
    for (const std::uint64_t first : {0ULL, 2'500'037ULL, 4'999'500ULL}) {
        EXPECT_BYTES(store_.content(ref, first, 450), bytes_.substr(first, 450));
    }
    // All chunks but those around the middle are damaged: a read that touches them throws.
    store_.connection.execute(
        "UPDATE list_chunks SET entries = x'ff' WHERE start NOT IN "
        "(SELECT start FROM list_chunks WHERE start < 2500000 ORDER BY start DESC LIMIT 1) AND start NOT IN "
        "(SELECT start FROM list_chunks WHERE start >= 2500000 ORDER BY start LIMIT 1)");
    EXPECT_BYTES(store_.content(ref, 2'499'950, 450), bytes_.substr(2'499'950, 450));
    EXPECT_THROW((void)store_.content(ref, 10, 10), SqlError);
    store_.connection.script("ROLLBACK");
}

TEST_F(BigList, GoesInSlicesAndStaysExactMeanwhile) {
    make(10'000);
    store_.expect_sound();
    store_.drop_row(1);
    EXPECT_GT(store_.number("SELECT count(*) FROM list_chunks"), 200);
    EXPECT_EQ(store_.number("SELECT refs FROM contents"), 0);
    store_.expect_sound();
    int slices = 0;
    for (; store_.number("SELECT count(*) FROM list_chunks") != 0; ++slices) {
        ASSERT_LT(slices, 2000);
        store_.slice();
        if (slices % 8 == 0) store_.expect_sound();
    }
    EXPECT_GE(slices, 2);
    store_.reclaim();
    store_.expect_sound();
    EXPECT_EQ(store_.number("SELECT count(*) FROM contents"), 0);
    EXPECT_EQ(store_.number("SELECT sum(live + freed) FROM extents"), 0);
    EXPECT_EQ(store_.number("SELECT count(*) FROM reclaim"), 0);
}

}  // namespace
}  // namespace lazulite::test
