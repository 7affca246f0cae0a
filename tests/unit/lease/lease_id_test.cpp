#include "lease/lease_id.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr LeaseId kId{
    {0x1f, 0x81, 0x23, 0x71, 0xa4, 0x1d, 0x49, 0xe6, 0xb1, 0x23, 0xf4, 0xb5, 0x42, 0xe8, 0x51, 0x44}};

// The five forms of .NET's "Guid Constructor (String)": N, D, B, P and X.
TEST(LeaseId, IsReadInEveryFormOfAGuid) {
    for (const std::string_view text : {
             "1f812371a41d49e6b123f4b542e85144",
             "1f812371-a41d-49e6-b123-f4b542e85144",
             "1F812371-A41D-49E6-B123-F4B542E85144",
             "{1f812371-a41d-49e6-b123-f4b542e85144}",
             "(1f812371-a41d-49e6-b123-f4b542e85144)",
             "{0x1f812371,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x44}}",
             "{0X1F812371,0XA41D,0X49E6,{0XB1,0X23,0XF4,0XB5,0X42,0XE8,0X51,0X44}}",
         }) {
        LeaseId id;
        EXPECT_TRUE(parse_value(text, id)) << text;
        EXPECT_EQ(id, kId) << text;
    }
    LeaseId small;
    EXPECT_TRUE(parse_value("{0x1,0x2,0x3,{0x4,0x5,0x6,0x7,0x8,0x9,0xa,0xb}}", small));
    EXPECT_EQ(small.text(), "00000001-0002-0003-0405-060708090a0b");
}

TEST(LeaseId, IsWrittenWithDashesInSmallLetters) {
    EXPECT_EQ(kId.text(), "1f812371-a41d-49e6-b123-f4b542e85144");
    std::string text = "id ";
    append_value(text, kId);
    EXPECT_EQ(text, "id 1f812371-a41d-49e6-b123-f4b542e85144");
}

TEST(LeaseId, IsNothingElse) {
    for (const std::string_view text : {
             "",
             "1",
             "lease",
             "1f812371a41d49e6b123f4b542e8514",
             "1f812371a41d49e6b123f4b542e8514g",
             "1f812371a41d49e6b123f4b542e851444",
             "1f812371-a41d-49e6-b123-f4b542e8514",
             "1f812371-a41d-49e6-b123-f4b542e8514-",
             "1f812371+a41d+49e6+b123+f4b542e85144",
             "1f8123710-a41-49e6-b123-f4b542e85144",
             "{1f812371-a41d-49e6-b123-f4b542e85144)",
             "[1f812371-a41d-49e6-b123-f4b542e85144]",
             "{0x1f812371,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x44}",
             "{0x1f812371,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x44}}}",
             "{0x1f812371,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x}}",
             "{0x1f8123711,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x44}}",
             "{0x1f812371,0xa41d,0x49e6,{0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x444}}",
             "{0x1f812371,0xa41d,0x49e6,0xb1,0x23,0xf4,0xb5,0x42,0xe8,0x51,0x44}}",
         }) {
        LeaseId id;
        EXPECT_FALSE(parse_value(text, id)) << text;
    }
}

TEST(LeaseId, IsAnotherOneEachTime) { EXPECT_NE(LeaseId::random(), LeaseId::random()); }

}  // namespace
}  // namespace lazulite
