#include "blob/domain/block_list.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using Ids = std::vector<std::string_view>;
using enum BlockSearch;

std::string picked(const Result<std::vector<ChosenBlock>>& result) {
    if (!result) return "failed";
    std::string text;
    for (const ChosenBlock& block : *result) text += (block.staged ? "s" : "c") + std::to_string(block.index) + " ";
    return text;
}

std::string pick(const std::vector<BlockListEntry>& entries, const Ids& committed, const Ids& staged) {
    return picked(choose_blocks(entries, committed, staged));
}

TEST(BlockList, FindsEveryEntryWhereItLooks) {
    const Ids committed{"a", "b"};
    const Ids staged{"b", "c"};
    EXPECT_EQ(pick({{BlockSearch::committed, "a"}, {BlockSearch::committed, "b"}}, committed, staged), "c0 c1 ");
    EXPECT_EQ(pick({{uncommitted, "c"}, {uncommitted, "b"}}, committed, staged), "s1 s0 ");
}

TEST(BlockList, TakesTheStagedBlockAsLatest) {
    EXPECT_EQ(pick({{latest, "a"}, {latest, "b"}, {latest, "c"}}, {"a", "b"}, {"b", "c"}), "c0 s0 s1 ");
}

TEST(BlockList, KeepsItsOrderAndRepeats) {
    EXPECT_EQ(pick({{latest, "c"}, {latest, "a"}, {latest, "c"}, {BlockSearch::committed, "a"}}, {"a"}, {"c"}),
              "s0 c0 s0 c0 ");
}

TEST(BlockList, TakesTheFirstOfEqualCommittedIds) {
    EXPECT_EQ(pick({{BlockSearch::committed, "a"}}, {"b", "a", "a"}, {}), "c1 ");
}

TEST(BlockList, MayBeEmpty) {
    EXPECT_EQ(pick({}, {"a"}, {"b"}), "");
}

TEST(BlockList, RefusesAnIdThatIsNotThere) {
    const Ids committed{"a"};
    const Ids staged{"b"};
    for (const auto& entry :
         {BlockListEntry{BlockSearch::committed, "b"}, {uncommitted, "a"}, {latest, "c"}, {latest, ""}}) {
        const auto result = choose_blocks(std::vector{BlockListEntry{latest, "a"}, entry}, committed, staged);
        ASSERT_FALSE(result) << entry.id;
        EXPECT_EQ(result.error().code(), ErrorCode::invalid_block_list) << entry.id;
    }
}

TEST(BlockList, ComparesIdsWithCase) {
    EXPECT_EQ(pick({{latest, "A"}}, {"a"}, {}), "failed");
}

TEST(BlockList, HasAtMostFiftyThousandEntries) {
    std::vector<BlockListEntry> entries(50'000, {latest, "a"});
    EXPECT_TRUE(choose_blocks(entries, Ids{"a"}, Ids{}));
    entries.push_back({latest, "a"});
    const auto result = choose_blocks(entries, Ids{"a"}, Ids{});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::block_list_too_long);
}

TEST(BlockId, IsBase64OfUpTo64Bytes) {
    const StorageError otherwise(ErrorCode::invalid_block_list);
    EXPECT_EQ(decode_block_id("YQ==", otherwise), "a");
    EXPECT_EQ(decode_block_id("MDAwMDAx", otherwise), "000001");
    EXPECT_EQ(decode_block_id("AP8=", otherwise), std::string("\0\xff", 2));
    // 64 times 'a', then 65 times.
    std::string longest;
    for (int i = 0; i < 21; ++i) longest += "YWFh";
    EXPECT_EQ(decode_block_id(longest + "YQ==", otherwise), std::string(64, 'a'));
    EXPECT_FALSE(decode_block_id(longest + "YWE=", otherwise));
}

TEST(BlockId, FailsAsItsCallerSays) {
    for (const std::string_view text : {"", "*", "YQ", "a b", "YQ==YQ=="}) {
        const auto result = decode_block_id(text, StorageError(ErrorCode::invalid_query_parameter_value));
        ASSERT_FALSE(result) << text;
        EXPECT_EQ(result.error().code(), ErrorCode::invalid_query_parameter_value) << text;
    }
}

}  // namespace
}  // namespace lazulite::blob
