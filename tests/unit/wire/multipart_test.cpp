#include "wire/multipart.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(Multipart, TheBoundaryStandsInTheContentType) {
    EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=batch_1"), "batch_1");
    EXPECT_EQ(multipart_boundary("Multipart/Mixed;charset=utf-8; Boundary=\"a b\""), "a b");
    EXPECT_EQ(multipart_boundary("multipart/mixed; boundary=\""), "\"");  // not a pair of quotes
    EXPECT_FALSE(multipart_boundary("multipart/mixed; boundary=\"\""));
    EXPECT_FALSE(multipart_boundary("multipart/mixed"));
    EXPECT_FALSE(multipart_boundary("multipart/mixed; boundary="));
    EXPECT_FALSE(multipart_boundary("multipart/form-data; boundary=b"));
    EXPECT_FALSE(multipart_boundary(""));
}

TEST(Multipart, PartsStandBetweenDelimiters) {
    const auto parts = parse_multipart(
        "preamble\r\n--b\r\nA: 1\r\nB:2\r\n\r\nfirst --b\r\nline\r\n--b  \r\n\r\n\r\n--b--\r\nepilogue", "b");
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ((*parts)[0].fields.value_or_empty("a"), "1");
    EXPECT_EQ((*parts)[0].fields.value_or_empty("B"), "2");
    EXPECT_EQ((*parts)[0].body, "first --b\r\nline");
    EXPECT_EQ((*parts)[1].fields.size(), 0u);
    EXPECT_EQ((*parts)[1].body, "");
}

TEST(Multipart, LinesMayEndWithLfAlone) {
    const auto parts = parse_multipart("--b\nA: 1\n\nx\ny\n--b--", "b");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->at(0).body, "x\ny");
}

TEST(Multipart, ABodyWithoutItsLastDelimiterIsRefused) {
    for (const auto* bad : {"", "--b", "--b\r\n\r\nx", "--b\r\n\r\nx\r\n--b\r\n", "--b\r\nno field\r\n\r\nx\r\n--b--",
                            "--bx\r\n\r\n--b--"}) {
        const auto parts = parse_multipart(bad, "b");
        ASSERT_FALSE(parts) << bad;
        EXPECT_EQ(parts.error().code(), ErrorCode::invalid_input) << bad;
    }
}

TEST(Multipart, APartHasAtMostAThousandFields) {
    std::string fields;
    for (int i = 0; i < 1000; ++i) fields += "a:\r\n";
    const auto parts = parse_multipart("--b\r\n" + fields + "\r\nx\r\n--b--", "b");
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->at(0).fields.size(), 1000u);
    EXPECT_FALSE(parse_multipart("--b\r\n" + fields + "a:\r\n\r\nx\r\n--b--", "b"));
}

}  // namespace
}  // namespace lazulite
