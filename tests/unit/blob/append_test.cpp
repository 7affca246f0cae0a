#include "blob/domain/append.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

constexpr AppendState kTenBytes{.size = 10, .blocks = 2, .sealed = false};

TEST(Append, NeedsNoCondition) { EXPECT_TRUE(check_append(kTenBytes, {}, 5)); }

TEST(Append, AtThePositionThatIsAskedForAlone) {
    EXPECT_TRUE(check_append(kTenBytes, {.position = 10, .max_size = {}}, 5));
    for (const std::uint64_t position : {0, 9, 11}) {
        const auto refused = check_append(kTenBytes, {.position = position, .max_size = {}}, 5);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::append_position_condition_not_met);
    }
}

TEST(Append, UpToTheSizeThatIsPermitted) {
    EXPECT_TRUE(check_append(kTenBytes, {.position = {}, .max_size = 15}, 5));
    EXPECT_TRUE(check_append(kTenBytes, {.position = {}, .max_size = ~std::uint64_t{0}}, 5));
    for (const std::uint64_t size : {0, 9, 10, 14}) {
        const auto refused = check_append(kTenBytes, {.position = {}, .max_size = size}, 5);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::max_blob_size_condition_not_met);
    }
}

TEST(Append, FiftyThousandTimesAtMost) {
    EXPECT_TRUE(check_append({.size = 49'999, .blocks = 49'999, .sealed = false}, {}, 1));
    const auto refused = check_append({.size = 50'000, .blocks = 50'000, .sealed = false}, {}, 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::block_count_exceeds_limit);
}

TEST(Append, NeverToASealedBlobWhateverTheConditions) {
    const auto refused = check_append({.size = 10, .blocks = 2, .sealed = true}, {.position = 9, .max_size = 1}, 5);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::blob_is_sealed);
}

TEST(Seal, AsksForThePositionAlone) {
    EXPECT_TRUE(check_seal(kTenBytes, {.position = 10, .max_size = 1}));
    EXPECT_TRUE(check_seal({.size = 10, .blocks = 50'000, .sealed = true}, {}));
    const auto refused = check_seal(kTenBytes, {.position = 11, .max_size = {}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::append_position_condition_not_met);
}

}  // namespace
}  // namespace lazulite::blob
