#include "blob/domain/copy.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

const Instant kThen{Ticks(1'000)};

/// Out of the archive; or from elsewhere, since `began`.
Copy pending(std::optional<Instant> began = {}) {
    Copy copy;
    copy.id = "id";
    copy.status = CopyStatus::pending;
    copy.done = 3;
    copy.total = 10;
    if (began) copy.transfer = Copy::Transfer{*began, "run", "origin", "\"0x1\"", "http://here/"};
    return copy;
}

TEST(Copy, GoesOnForTwoWeeks) {
    const Copy copy = pending(kThen);
    EXPECT_EQ(copy_at(copy, kThen + std::chrono::hours(14 * 24) - Ticks(1), true, kThen), copy);
}

TEST(Copy, HasFailedAfterTwoWeeks) {
    const Instant end = kThen + std::chrono::hours(14 * 24);
    const Copy copy = copy_at(pending(kThen), end + std::chrono::hours(1), true, kThen);
    EXPECT_EQ(copy.status, CopyStatus::failed);
    EXPECT_EQ(copy.description, "500 OperationCancelled \"The copy did not finish within two weeks.\"");
    EXPECT_EQ(copy.completed, end);
    EXPECT_EQ(copy.done, 3U);
    EXPECT_FALSE(copy.transfer);
}

TEST(Copy, OutOfTheArchiveEndsWithTheRehydration) {
    EXPECT_EQ(copy_at(pending(), kThen, false, kThen), pending());
    const Copy copy = copy_at(pending(), kThen, true, kThen);
    EXPECT_EQ(copy.status, CopyStatus::success);
    EXPECT_EQ(copy.done, 10U);
    EXPECT_EQ(copy.completed, kThen);
}

TEST(Copy, IsAbortedByItsIdWhilePending) {
    const auto aborted = abort(pending(kThen), "id", kThen);
    ASSERT_TRUE(aborted);
    EXPECT_EQ(aborted->status, CopyStatus::aborted);
    EXPECT_EQ(aborted->completed, kThen);
    EXPECT_FALSE(aborted->transfer);
    EXPECT_EQ(abort(pending(kThen), "other", kThen).error().code(), ErrorCode::copy_id_mismatch);
    EXPECT_EQ(abort(std::nullopt, "id", kThen).error().code(), ErrorCode::no_pending_copy_operation);
    EXPECT_EQ(abort(*aborted, "id", kThen).error().code(), ErrorCode::no_pending_copy_operation);
}

TEST(Copy, SaysWhatItsSourceAnswered) {
    const Copy copy = failed(pending(kThen), 404, "BlobNotFound", kThen);
    EXPECT_EQ(copy.status, CopyStatus::failed);
    EXPECT_EQ(copy.description, "404 BlobNotFound \"Copy failed when reading the source.\"");
    EXPECT_FALSE(copy.transfer);
}

TEST(Copy, LocksItsDestinationWhilePending) {
    EXPECT_EQ(check_not_copied_to(pending(kThen)).error().code(), ErrorCode::pending_copy_operation);
    EXPECT_TRUE(check_not_copied_to(Copy()));
    EXPECT_TRUE(check_not_copied_to(std::nullopt));
}

TEST(Copy, TakesSnapshotsOfOneBlobInTheirOrder) {
    Copy last;
    EXPECT_EQ(check_next_snapshot(last, "/a/c/b", kThen).error().code(), ErrorCode::incremental_copy_blob_mismatch);
    EXPECT_EQ(check_next_snapshot(std::nullopt, "/a/c/b", kThen).error().code(), ErrorCode::incremental_copy_blob_mismatch);
    last.incremental = Incremental::blob;
    last.base = "/a/c/b";
    EXPECT_TRUE(check_next_snapshot(last, "/a/c/b", kThen));
    EXPECT_EQ(check_next_snapshot(last, "/a/c/other", kThen).error().code(), ErrorCode::incremental_copy_blob_mismatch);
    last.copied = kThen;
    EXPECT_TRUE(check_next_snapshot(last, "/a/c/b", kThen + Ticks(1)));
    EXPECT_EQ(check_next_snapshot(last, "/a/c/b", kThen).error().code(),
              ErrorCode::incremental_copy_of_earlier_version_snapshot_not_allowed);
    last.status = CopyStatus::pending;
    EXPECT_EQ(check_next_snapshot(last, "/a/c/b", kThen + Ticks(1)).error().code(), ErrorCode::pending_copy_operation);
}

TEST(Copy, KeepsWhatOnlyItMakesFromEverythingElse) {
    Copy copy;
    copy.incremental = Incremental::blob;
    EXPECT_EQ(check_not_copied_to(copy).error().code(), ErrorCode::operation_not_allowed_on_incremental_copy_blob);
    EXPECT_TRUE(check_not_pending(copy));
    copy.incremental = Incremental::snapshot;
    EXPECT_TRUE(check_not_copied_to(copy));
}

}  // namespace
}  // namespace lazulite::blob
