#include "blob/domain/page_tier.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30;

TEST(PageTier, HasALongestBlob) {
    constexpr std::pair<PageTier, std::uint64_t> kRows[] = {
        {PageTier::p4, 32},    {PageTier::p6, 64},    {PageTier::p10, 128},  {PageTier::p15, 256},
        {PageTier::p20, 512},  {PageTier::p30, 1024}, {PageTier::p40, 2048}, {PageTier::p50, 4095},
        {PageTier::p60, 8192}, {PageTier::p70, 16384}, {PageTier::p80, 32768}};
    for (const auto& [tier, gib] : kRows) EXPECT_EQ(longest_of(tier), gib * kGiB) << name_of(tier);
}

TEST(PageTier, IsInferredFromTheSize) {
    EXPECT_EQ(inferred_page_tier(0), PageTier::p4);
    EXPECT_EQ(inferred_page_tier(32 * kGiB), PageTier::p4);
    EXPECT_EQ(inferred_page_tier(32 * kGiB + 512), PageTier::p6);
    EXPECT_EQ(inferred_page_tier(128 * kGiB), PageTier::p10);
    EXPECT_EQ(inferred_page_tier(4096 * kGiB), PageTier::p60);
}

TEST(PageTier, IsRaisedAndLargeEnough) {
    EXPECT_TRUE(check_page_tier({}, PageTier::p4, 32 * kGiB));
    EXPECT_TRUE(check_page_tier(PageTier::p10, PageTier::p10, 512));
    EXPECT_EQ(check_page_tier(PageTier::p10, PageTier::p6, 512).error().code(), ErrorCode::cannot_change_to_lower_tier);
    EXPECT_EQ(check_page_tier({}, PageTier::p4, 32 * kGiB + 512).error().code(),
              ErrorCode::blob_tier_inadequate_for_content_length);
}

TEST(PageTier, LimitsTheSizeWhereItWasSet) {
    EXPECT_TRUE(check_tier_limit({}, 8192 * kGiB));
    EXPECT_TRUE(check_tier_limit(PageTier::p4, 32 * kGiB));
    EXPECT_EQ(check_tier_limit(PageTier::p4, 64 * kGiB).error().code(), ErrorCode::content_length_larger_than_tier_limit);
}

}  // namespace
}  // namespace lazulite::blob
