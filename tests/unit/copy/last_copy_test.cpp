#include "copy/last_copy.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

const Instant kThen{Ticks(1'000)};

LastCopy on_its_way() {
    LastCopy copy;
    copy.id = "id";
    copy.source = "http://there/file";
    copy.status = CopyStatus::pending;
    copy.done = 3;
    copy.total = 10;
    copy.transfer = LastCopy::Transfer{kThen, "run", "origin", "\"0x1\"", "http://here/"};
    return copy;
}

LastCopy packed_and_unpacked(const LastCopy& copy) {
    PackedWriter packed;
    pack_copy(packed, copy);
    const std::string bytes = packed.take();
    PackedReader reader(bytes);
    LastCopy read;
    while (const auto entry = reader.next()) unpack_copy(*entry, read);
    return read;
}

TEST(LastCopy, IsReadAsItWasWritten) {
    EXPECT_EQ(packed_and_unpacked(on_its_way()), on_its_way());
    LastCopy failed = on_its_way();
    failed.fail_at_source(404, "ResourceNotFound", kThen);
    EXPECT_EQ(packed_and_unpacked(failed), failed);
}

TEST(LastCopy, HasAllItsBytesOnceItSucceeded) {
    LastCopy copy = on_its_way();
    copy.succeed(kThen);
    EXPECT_EQ(copy.status, CopyStatus::success);
    EXPECT_EQ(copy.done, 10U);
    EXPECT_EQ(copy.completed, kThen);
    EXPECT_FALSE(copy.transfer);
}

TEST(LastCopy, IsOverAfterTwoWeeks) {
    LastCopy copy = on_its_way();
    EXPECT_FALSE(copy.end_if_too_long(kThen + std::chrono::hours(14 * 24) - Ticks(1)));
    EXPECT_EQ(copy, on_its_way());
    EXPECT_TRUE(copy.end_if_too_long(kThen + std::chrono::hours(15 * 24)));
    EXPECT_EQ(copy.status, CopyStatus::failed);
    EXPECT_EQ(copy.completed, kThen + std::chrono::hours(14 * 24));
    EXPECT_FALSE(copy.end_if_too_long(kThen + std::chrono::hours(16 * 24)));
}

TEST(LastCopy, OutOfTheArchiveHasNoEnd) {
    LastCopy copy = on_its_way();
    copy.transfer.reset();
    EXPECT_FALSE(copy.end_if_too_long(kThen + std::chrono::hours(15 * 24)));
    EXPECT_TRUE(copy.pending());
}

TEST(LastCopy, IsAbortedByItsIdWhilePending) {
    LastCopy copy = on_its_way();
    EXPECT_TRUE(check_abort(&copy, "id"));
    EXPECT_EQ(check_abort(&copy, "other").error().code(), ErrorCode::copy_id_mismatch);
    EXPECT_EQ(check_abort(nullptr, "id").error().code(), ErrorCode::no_pending_copy_operation);
    EXPECT_EQ(check_not_pending(&copy).error().code(), ErrorCode::pending_copy_operation);
    copy.end(CopyStatus::aborted, kThen);
    EXPECT_EQ(check_abort(&copy, "id").error().code(), ErrorCode::no_pending_copy_operation);
    EXPECT_TRUE(check_not_pending(&copy));
    EXPECT_TRUE(check_not_pending(nullptr));
}

}  // namespace
}  // namespace lazulite
