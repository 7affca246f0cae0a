#include "web/operations.hpp"

#include <gtest/gtest.h>

namespace lazulite::web {
namespace {

TEST(OperationsOfTheWebsite, AreReadsByEverybody) {
    ASSERT_EQ(operations().size(), 1U);
    const Operation& row = operations().front();
    EXPECT_EQ(row.name, "GetWebContent");
    EXPECT_TRUE(row.answers(Method::get));
    EXPECT_TRUE(row.answers(Method::head));
    EXPECT_FALSE(row.needs.writes);
    EXPECT_TRUE(service().anonymous);
    EXPECT_EQ(service().store_kind, "blob");
    EXPECT_EQ(service().version_without_header, ServiceVersion(2018, 3, 28));
}

}  // namespace
}  // namespace lazulite::web
