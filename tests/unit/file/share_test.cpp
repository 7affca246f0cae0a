#include "file/domain/share.hpp"

#include <gtest/gtest.h>

namespace lazulite::file {
namespace {

TEST(QuotasOfShares, AreFilledToTheLastByte) {
    EXPECT_TRUE(check_quota(1, 0, kGibibyte));
    EXPECT_TRUE(check_quota(1, kGibibyte - 1, 1));
    EXPECT_EQ(check_quota(1, kGibibyte - 1, 2).error().code(), ErrorCode::share_size_limit_reached);
    EXPECT_TRUE(check_quota(5120, 0, kLargestFile));
}

TEST(QuotasOfShares, BelowWhatIsUsedRefuseOnlyToGrow) {
    EXPECT_TRUE(check_quota(1, 5 * kGibibyte, 0));
    EXPECT_EQ(check_quota(1, 5 * kGibibyte, 1).error().code(), ErrorCode::share_size_limit_reached);
}

TEST(ProvisionedShares, AreGivenWhatTheirSizeAsksFor) {
    EXPECT_EQ(recommended_iops(32), 1007);
    EXPECT_EQ(recommended_iops(1024), 1205);
    EXPECT_EQ(recommended_iops(300'000), 50'000);
    EXPECT_EQ(recommended_bandwidth(32), 61);
    EXPECT_EQ(recommended_iops(35), 1007);
    EXPECT_EQ(recommended_iops(36), 1008);
    EXPECT_EQ(recommended_bandwidth(50), 61);  // whole MiB, rounded up
    EXPECT_EQ(recommended_bandwidth(51), 62);
    EXPECT_EQ(recommended_bandwidth(1024), 81);
    EXPECT_EQ(recommended_bandwidth(300'000), 5'120);
}

TEST(ProvisionedShares, MayHaveThreeTimesAsMuchForAWhile) {
    EXPECT_EQ(burst_iops(500), 5'000);
    EXPECT_EQ(burst_iops(3'000), 9'000);
    EXPECT_EQ(burst_iops(40'000), 50'000);
    EXPECT_EQ(burst_iops(60'000), 60'000);
    EXPECT_EQ(burst_credits(3'000), 6'000 * 3'600);
    EXPECT_EQ(burst_credits(60'000), 0);
}

TEST(SharesWithSnapshots, AreDeletedWhereItIsSaid) {
    EXPECT_TRUE(check_deletion({}, false, false));
    EXPECT_EQ(check_deletion({}, true, false).error().code(), ErrorCode::share_has_snapshots);
    EXPECT_TRUE(check_deletion(DeleteSnapshots::include, true, false));
    EXPECT_EQ(check_deletion(DeleteSnapshots::include, true, true).error().code(), ErrorCode::delete_share_when_snapshot_leased);
    EXPECT_TRUE(check_deletion(DeleteSnapshots::include_leased, true, true));
}

}  // namespace
}  // namespace lazulite::file
