#include "base/result.hpp"

#include <gtest/gtest.h>

#include "base/error_table.hpp"

namespace lazulite {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0)
        return fail(StorageError(ErrorCode::out_of_range_input).with("Number", std::to_string(number)));
    return number / 2;
}
Result<> only_even(int number) {
    LAZ_CHECK(half(number));
    return {};
}
Result<std::string> quarter(int number) {
    LAZ_TRY(const int once, half(number));
    LAZ_TRY(const int twice, half(once));
    return std::to_string(twice);
}

TEST(Result, TryBindsTheValue) {
    EXPECT_EQ(quarter(12).value(), "3");
}

TEST(Result, TryReturnsTheErrorWithItsDetails) {
    const auto outcome = quarter(6);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), ErrorCode::out_of_range_input);
    ASSERT_NE(outcome.error().details(), nullptr);
    EXPECT_EQ(outcome.error().details()->elements[0].value, "3");
}

TEST(Result, CheckKeepsOnlyTheOutcome) {
    EXPECT_TRUE(only_even(2));
    EXPECT_FALSE(only_even(1));
}

TEST(StorageError, IsBareUntilSomethingIsAdded) {
    EXPECT_EQ(StorageError(ErrorCode::blob_not_found).details(), nullptr);
}

TEST(StorageError, CopiesDoNotShareDetails) {
    const StorageError first = StorageError(ErrorCode::invalid_range).with_header("Content-Range", "bytes */5");
    StorageError second = first;
    second = std::move(second).saying("other").with("Element", "x");
    EXPECT_EQ(first.details()->message, "");
    EXPECT_TRUE(first.details()->elements.empty());
    EXPECT_EQ(second.details()->headers[0].value, "bytes */5");
    EXPECT_EQ(second.details()->message, "other");
}

TEST(ErrorTable, TwoRowsMayShareAWireCode) {
    EXPECT_EQ(info(ErrorCode::condition_not_met).status, 412);
    EXPECT_EQ(info(ErrorCode::not_modified).status, 304);
    EXPECT_EQ(info(ErrorCode::condition_not_met).name, info(ErrorCode::not_modified).name);
}

TEST(ErrorTable, EveryRowIsComplete) {
    for (const ErrorInfo& row : kErrors) {
        EXPECT_TRUE(row.status == 304 || (row.status >= 400 && row.status <= 599)) << row.name;
        EXPECT_FALSE(row.name.empty()) << row.status;
        EXPECT_EQ(row.message.find_first_of("\r\n"), std::string_view::npos) << row.name;
    }
}

}  // namespace
}  // namespace lazulite
