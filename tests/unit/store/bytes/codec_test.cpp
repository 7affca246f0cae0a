#include <gtest/gtest.h>

#include <set>

#include "small_store.hpp"
#include "store/content_codec.hpp"
#include "store/reclaim_work.hpp"

namespace lazulite::test {
namespace {

bool same(const Range& a, const Range& b) {
    return a.extent == b.extent && a.offset == b.offset && a.length == b.length && a.crc64 == b.crc64;
}

constexpr Range kRange{0x123456789a, 4096 * 77, 1'000'000'007, 0xfedcba9876543210};

TEST(Codec, NumbersOfEverySizeComeBack) {
    for (unsigned bits = 0; bits <= 64; ++bits) {
        const std::uint64_t value = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
        std::string bytes;
        put_varint(bytes, value);
        put_fixed64(bytes, ~value);
        ByteReader reader(bytes);
        EXPECT_EQ(reader.varint(), value);
        EXPECT_EQ(reader.fixed64(), ~value);
        EXPECT_TRUE(reader.done());
    }
}

TEST(Codec, NumbersThatDoNotEndAreRefused) {
    EXPECT_THROW(ByteReader("\xff\xff").varint(), SqlError);
    EXPECT_THROW(ByteReader(std::string(11, '\xff')).varint(), SqlError);
    EXPECT_THROW(ByteReader("1234567").fixed64(), SqlError);
    EXPECT_THROW(ByteReader("").byte(), SqlError);
}

TEST(ContentRef, ComesBackFromItsColumn) {
    EXPECT_TRUE(ContentRef::decode(ContentRef().encode()).empty());
    EXPECT_EQ(ContentRef::decode(ContentRef::row(77'000).encode()).content_id(), 77'000);
    const ContentRef embedded = ContentRef::decode(ContentRef(kRange).encode());
    ASSERT_NE(embedded.range(), nullptr);
    EXPECT_TRUE(same(*embedded.range(), kRange));
}

TEST(ContentRef, RefusesWhatIsCutOrLonger) {
    for (const ContentRef& ref : {ContentRef(), ContentRef::row(300), ContentRef(kRange)}) {
        const std::string bytes = ref.encode();
        EXPECT_THROW((void)ContentRef::decode(bytes + "x"), SqlError);
        for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
            EXPECT_THROW((void)ContentRef::decode(std::string_view(bytes).substr(0, cut)), SqlError) << cut;
        }
    }
    EXPECT_THROW((void)ContentRef::decode("\x09"), SqlError);
}

TEST(ContentRef, PinKeysDifferAndAreNeverZero) {
    std::set<std::uint64_t> keys;
    for (std::int64_t id = 0; id < 1000; ++id) {
        keys.insert(ContentRef::row(id).pin_key());
        keys.insert(ContentRef(Range{static_cast<std::uint64_t>(id), 4096, 1, 0}).pin_key());
        keys.insert(ContentRef(Range{1, 4096 * (static_cast<std::uint64_t>(id) + 2), 1, 0}).pin_key());
    }
    EXPECT_EQ(keys.size(), 3000U);
    EXPECT_FALSE(keys.contains(0));
}

TEST(Source, ComesBackFromItsColumn) {
    const Source text = contents::decode_source(contents::encode_source(std::string("a\0b", 3)));
    EXPECT_EQ(std::get<std::string>(text), std::string("a\0b", 3));
    EXPECT_EQ(std::get<std::string>(contents::decode_source(contents::encode_source(std::string()))), "");
    EXPECT_TRUE(same(std::get<Range>(contents::decode_source(contents::encode_source(kRange))), kRange));
    EXPECT_THROW((void)contents::decode_source(""), SqlError);
    EXPECT_THROW((void)contents::decode_source(contents::encode_source(kRange) + "x"), SqlError);
}

TEST(ListChunk, HoldsBlocksOfBothKindsAndIdsOfAnyShape) {
    std::vector<Block> blocks;
    blocks.push_back({"", 3, std::string("abc")});
    blocks.push_back({"block-000", 700, Range{1, 4096, 700, 5}});
    blocks.push_back({"block-001", 4 << 20, Range{2, 8192, 4 << 20, ~std::uint64_t{0}}});
    blocks.push_back({"block", 1, std::string("\0", 1)});
    blocks.push_back({"block", 2, std::string("xy")});
    ChunkWriter writer;
    for (const Block& block : blocks) EXPECT_TRUE(writer.add(block));
    std::vector<Block> back;
    decode_chunk(writer.take(), back);
    ASSERT_EQ(back.size(), blocks.size());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        EXPECT_EQ(back[i].id, blocks[i].id);
        EXPECT_EQ(back[i].length, blocks[i].length);
        EXPECT_EQ(contents::encode_source(back[i].source), contents::encode_source(blocks[i].source));
    }
    EXPECT_TRUE(writer.empty());
}

TEST(ListChunk, StaysWithinARowUnlessOneBlockIsLonger) {
    ChunkWriter writer;
    std::size_t blocks = 0;
    for (std::uint64_t i = 0;; ++i, ++blocks) {
        if (!writer.add({std::string(64, static_cast<char>(i)), 1, Range{i, 4096, 1, i}})) break;
    }
    EXPECT_GT(blocks, 5U);
    EXPECT_LE(writer.take().size(), ChunkWriter::kLimit);
    const std::string large(1024, 'x');
    EXPECT_TRUE(writer.add({"a", 1024, large}));
    EXPECT_FALSE(writer.add({"b", 1, std::string("y")}));
    EXPECT_GT(writer.take().size(), ChunkWriter::kLimit);
}

TEST(ListChunk, RefusesDamage) {
    ChunkWriter writer;
    ASSERT_TRUE(writer.add({"block-000", 700, Range{1, 4096, 700, 5}}));
    ASSERT_TRUE(writer.add({"block-001", 3, std::string("abc")}));
    const std::string entries = writer.take();
    std::vector<Block> ignored;
    std::size_t refused = 0;
    for (std::size_t cut = 1; cut < entries.size(); ++cut) {
        try {
            decode_chunk(std::string_view(entries).substr(0, cut), ignored);
        } catch (const SqlError&) {
            ++refused;
        }
    }
    EXPECT_EQ(refused, entries.size() - 2);  // the cut between the blocks leaves one that is whole
    EXPECT_THROW(decode_chunk(std::string("\x05\x01x\x01\x00y", 6), ignored), SqlError);
}

TEST(ReclaimWork, ComesBackFromItsRow) {
    ReclaimWork work;
    work.released.push_back({kRange, 42});
    work.released.push_back({Range{1, 4096, 1, 0}, 0});
    work.drains.push_back({WriteTxn::Drain::staging, 12345});
    const ReclaimWork back = ReclaimWork::decode(work.encode());
    ASSERT_EQ(back.released.size(), 2U);
    EXPECT_EQ(back.released[0].range.offset, kRange.offset);
    EXPECT_EQ(back.released[0].range.length, kRange.length);
    EXPECT_EQ(back.released[0].owner, 42U);
    EXPECT_EQ(back.released[1].owner, 0U);
    ASSERT_EQ(back.drains.size(), 1U);
    EXPECT_EQ(back.drains[0].kind, WriteTxn::Drain::staging);
    EXPECT_EQ(back.drains[0].id, 12345);
    EXPECT_TRUE(ReclaimWork::decode("").empty());
    EXPECT_THROW(ReclaimWork::decode("\x07"), SqlError);
}

TEST(ExtentName, IsSixteenHexadecimalDigits) {
    EXPECT_EQ(extent_path("a/b", 42), "a/b/000000000000002a");
    EXPECT_EQ(extent_id("000000000000002a"), 42U);
    EXPECT_EQ(extent_id("ffffffffffffffff"), ~std::uint64_t{0});
    EXPECT_EQ(extent_id("2a"), std::nullopt);
    EXPECT_EQ(extent_id("000000000000002g"), std::nullopt);
    EXPECT_EQ(extent_id("000000000000002a.new"), std::nullopt);
}

}  // namespace
}  // namespace lazulite::test
