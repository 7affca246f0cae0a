#include "blob/ops/limits.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

TEST(Limits, OfPutBlobGrewWithTheVersions) {
    EXPECT_EQ(put_blob_limit({2009, 9, 19}), 67'108'864U);
    EXPECT_EQ(put_blob_limit({2015, 12, 11}), 67'108'864U);
    EXPECT_EQ(put_blob_limit({2016, 5, 31}), 268'435'456U);
    EXPECT_EQ(put_blob_limit({2019, 7, 7}), 268'435'456U);
    EXPECT_EQ(put_blob_limit({2019, 12, 12}), 5'242'880'000U);
    EXPECT_EQ(put_blob_limit(kNewestVersion), 5'242'880'000U);
}

TEST(Limits, OfPutBlockGrewWithTheVersions) {
    EXPECT_EQ(put_block_limit({2009, 9, 19}), 4'194'304U);
    EXPECT_EQ(put_block_limit({2015, 12, 11}), 4'194'304U);
    EXPECT_EQ(put_block_limit({2016, 5, 31}), 104'857'600U);
    EXPECT_EQ(put_block_limit({2019, 7, 7}), 104'857'600U);
    EXPECT_EQ(put_block_limit({2019, 12, 12}), 4'194'304'000U);
    EXPECT_EQ(put_block_limit(kNewestVersion), 4'194'304'000U);
}

TEST(Limits, OfAppendBlockGrewOnce) {
    EXPECT_EQ(append_block_limit({2015, 2, 21}), 4'194'304U);
    EXPECT_EQ(append_block_limit({2021, 12, 2}), 4'194'304U);
    EXPECT_EQ(append_block_limit({2022, 11, 2}), 104'857'600U);
    EXPECT_EQ(append_block_limit(kNewestVersion), 104'857'600U);
}

TEST(Limits, OfABlockListLetFiftyThousandLongIdsPass) {
    // <Uncommitted> and its end tag around the longest id in base64: 88 characters.
    EXPECT_GE(kBlockListBodyLimit, 50'000U * (88 + 27));
}

}  // namespace
}  // namespace lazulite::blob
