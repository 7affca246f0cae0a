#include <gtest/gtest.h>

#include "blob_account.hpp"

namespace lazulite::blob {
namespace {

TEST(PremiumAccount, KeepsAHundredSnapshotsOfAPageBlobTakenTenMinutesApart) {
    BlobAccount account;
    account.settings().sku = "Premium_LRS";
    account.settings().kind = "StorageV2";
    const auto snapshot = [&account] { return account.send("PUT", "disk", "comp=snapshot"); };
    ASSERT_EQ(account.send("PUT", "disk", "", {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", "512"}}).status, 201);
    EXPECT_EQ(snapshot().status, 201);
    EXPECT_EQ(snapshot().code, "SnapshotOperationRateExceeded");
    for (int taken = 1; taken < 100; ++taken) {
        account.advance(std::chrono::minutes(11));
        ASSERT_EQ(snapshot().status, 201) << taken;
    }
    EXPECT_EQ(snapshot().code, "SnapshotCountExceeded");
    EXPECT_EQ(account.send("DELETE", "disk", "", {{"x-ms-delete-snapshots", "only"}}).status, 202);
    EXPECT_EQ(snapshot().status, 201);
}

}  // namespace
}  // namespace lazulite::blob
