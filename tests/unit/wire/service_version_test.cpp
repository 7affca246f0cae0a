#include "wire/service_version.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(ServiceVersion, GoesBothWays) {
    for (const std::string_view text : {"2009-04-14", "2024-08-04", "2026-10-06", "2028-02-29", "9999-12-31"}) {
        const auto version = ServiceVersion::parse(text);
        ASSERT_TRUE(version) << text;
        EXPECT_EQ(version->text(), text);
    }
    EXPECT_EQ(ServiceVersion::parse("2024-08-04"), ServiceVersion(2024, 8, 4));
}

TEST(ServiceVersion, RefusesWhatIsNoDateOrTooOld) {
    for (const std::string_view text :
         {"", "2009-04-13", "2008-12-31", "2024-8-4", "2024-08-4", "20240804", "2024-08-04 ", " 2024-08-04",
          "2024/08/04", "2024-13-01", "2024-00-01", "2024-08-00", "2024-08-32", "2023-02-29", "2024-02-30",
          "abcd-ef-gh", "-024-08-04", "2024-+8-04", "02024-08-04"}) {
        EXPECT_EQ(ServiceVersion::parse(text), std::nullopt) << text;
    }
}

TEST(ServiceVersion, OrdersLikeItsDate) {
    EXPECT_LT(ServiceVersion(2019, 12, 12), ServiceVersion(2020, 2, 10));
    EXPECT_LT(ServiceVersion(2020, 2, 10), ServiceVersion(2020, 4, 8));
    EXPECT_LT(ServiceVersion(2020, 4, 8), ServiceVersion(2020, 4, 9));
    EXPECT_LT(kOldestVersion, kNewestVersion);
}

TEST(ServiceVersion, KnowsThoseThatExist) {
    for (const ServiceVersion version : {ServiceVersion{2009, 4, 14}, {2020, 10, 2}, {2026, 10, 6}}) {
        EXPECT_TRUE(version.known()) << version.text();
    }
    for (const ServiceVersion version : {ServiceVersion{2009, 4, 15}, {2020, 10, 3}, {2026, 10, 7}, {2039, 1, 1}}) {
        EXPECT_FALSE(version.known()) << version.text();
    }
}

}  // namespace
}  // namespace lazulite
