#include "datalake/domain/properties.hpp"

#include <gtest/gtest.h>

namespace lazulite::datalake {
namespace {

ErrorCode refusal(std::string_view text) {
    const auto parsed = parse_properties(text);
    EXPECT_FALSE(parsed) << text;
    return parsed ? ErrorCode::internal_error : parsed.error().code();
}

TEST(Properties, AreReadAndWrittenInTheirOrder) {
    for (const char* const text : {"", "a=MQ==", "b=dHdv,a=MQ==", "empty=", "under_score1=w6Q="}) {
        const auto parsed = parse_properties(text);
        ASSERT_TRUE(parsed) << text;
        EXPECT_EQ(format_properties(*parsed), text);
    }
}

TEST(Properties, MayHaveBlanksAroundEachAndACommaAtTheEnd) {
    const auto parsed = parse_properties(" a=MQ== , b=dHdv,");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(format_properties(*parsed), "a=MQ==,b=dHdv");
    EXPECT_EQ(*parsed->find("b"), "two");
}

TEST(Properties, HaveNamesOfMetadata) {
    EXPECT_EQ(refusal("=MQ=="), ErrorCode::invalid_property_name);
    EXPECT_EQ(refusal("a b=MQ=="), ErrorCode::invalid_property_name);
    EXPECT_EQ(refusal("1a=MQ=="), ErrorCode::invalid_property_name);
    EXPECT_EQ(refusal("a-b=MQ=="), ErrorCode::invalid_property_name);
}

TEST(Properties, HaveValuesInBase64) {
    EXPECT_EQ(refusal("a"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refusal("a=?"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refusal("a=MQ"), ErrorCode::invalid_header_value);
    EXPECT_EQ(refusal("a=Cg=="), ErrorCode::invalid_header_value);  // a line feed
}

TEST(Properties, AreNamedOnce) {
    EXPECT_EQ(refusal("a=MQ==,a=Mg=="), ErrorCode::invalid_header_value);
    EXPECT_EQ(refusal("a=MQ==,A=Mg=="), ErrorCode::invalid_header_value);
}

TEST(Properties, AreEightKibibytesAtMost) {
    std::string value;
    for (int i = 0; i < 8 * 1024 / 3; ++i) value += "QUFB";
    EXPECT_EQ(refusal("a=" + value + "QUFB"), ErrorCode::metadata_too_large);
    EXPECT_TRUE(parse_properties("a=" + value));
}

}  // namespace
}  // namespace lazulite::datalake
