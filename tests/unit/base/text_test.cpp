#include "base/text.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(Base64, DecodesLeniently) {
    constexpr std::pair<std::string_view, std::string_view> kCases[] = {
        {"", ""},        {"a2V5MQ==", "key1"}, {"a2V5MQ", "key1"},  {"a2V5M", "key"},          {"a2 V5\nMQ", "key1"},
        {"a2V5=MQ", "key"}, {"-_8", "\xFB\xFF"},  {"+/8", "\xFB\xFF"}, {"*!", ""}, {"a", ""},
    };
    for (const auto& [text, bytes] : kCases) EXPECT_EQ(base64_decode_leniently(text), bytes) << text;
}

TEST(Base64, OfTheTextsOfRfc4648) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xFB\xFF\xBF", "+/+/"},
    };
    for (const auto& [bytes, text] : cases) {
        EXPECT_EQ(base64_encode(as_bytes(bytes)), text);
        EXPECT_EQ(base64_decode(text), bytes) << text;
    }
}

TEST(Base64, DecodingIsStrict) {
    const std::string_view wrong[] = {
        "Z",    "Zg",    "Zg=",    "=",     "====", "Zg==Zg==",  // padding
        "Zh==", "Zm9=",                                          // bits that mean nothing
        "Zm9-", "Zm 9v", "Zm9v\n", " Zm9v", "Zm=v", "Z===",     "-_-_",
    };
    for (const auto text : wrong) EXPECT_EQ(base64_decode(text), std::nullopt) << text;
}

TEST(Text, LowersOnlyAscii) {
    EXPECT_EQ(to_lower("X-MS-Date@[`{\xC3\x84"), "x-ms-date@[`{\xC3\x84");
    EXPECT_EQ(ascii_lower('Z'), 'z');
    EXPECT_EQ(ascii_lower('['), '[');
}

TEST(Text, ComparesIgnoringCase) {
    EXPECT_TRUE(equals_ignoring_case("Content-MD5", "content-md5"));
    EXPECT_TRUE(equals_ignoring_case("", ""));
    EXPECT_FALSE(equals_ignoring_case("a", "ab"));
    EXPECT_FALSE(equals_ignoring_case("@", "`"));  // differ by the case bit only, and are no letters
    EXPECT_TRUE(starts_with_ignoring_case("X-Ms-Meta-A", "x-ms-meta-"));
    EXPECT_FALSE(starts_with_ignoring_case("x-ms", "x-ms-meta-"));
}

TEST(Text, TrimsBlanksAndTabs) {
    EXPECT_EQ(trim(" \t a b\t "), "a b");
    EXPECT_EQ(trim(" \t"), "");
    EXPECT_EQ(trim("\na\n"), "\na\n");
}

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
    EXPECT_EQ(parse_number<int>("-12"), -12);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551615"), 18446744073709551615u);
    EXPECT_EQ(parse_number<std::uint64_t>("18446744073709551616"), std::nullopt);
    EXPECT_EQ(parse_number<std::uint8_t>("256"), std::nullopt);
    for (const std::string_view wrong : {"", " 1", "1 ", "+1", "1.0", "0x1", "1a"}) {
        EXPECT_EQ(parse_number<int>(wrong), std::nullopt) << wrong;
    }
    EXPECT_EQ(parse_number<unsigned>("-1"), std::nullopt);
}

TEST(Utf8, AcceptsEveryLength) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("a\xC2\x80\xDF\xBF"));
    EXPECT_TRUE(is_utf8("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"));
    EXPECT_TRUE(is_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
    const std::string_view wrong[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",  // stray and overlong
        "\xE0\x9F\xBF",
        "\xF0\x8F\xBF\xBF",  // overlong
        "\xED\xA0\x80",
        "\xED\xBF\xBF",  // surrogates
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",  // beyond U+10FFFF
        "\xC2",
        "\xE1\x80",
        "\xF1\x80\x80",
        "\xC2"
        "a",
        "\xE1\x80"
        "a",  // cut
    };
    for (const auto text : wrong) EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
}

TEST(Utf8, LooksAtEveryPlaceOfALongText) {
    for (std::size_t before = 0; before < 20; ++before) {
        const std::string front(before, 'a');
        const std::string back(20 - before, 'a');
        EXPECT_FALSE(is_utf8(front + '\xFF' + back)) << before;
        EXPECT_TRUE(is_utf8(front + "\xC3\xBC" + back)) << before;
    }
}

TEST(Utf8, SequenceLengthAtAPlace) {
    const std::string_view text = "a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80";
    EXPECT_EQ(utf8_sequence_length(text, 0), 1u);
    EXPECT_EQ(utf8_sequence_length(text, 1), 2u);
    EXPECT_EQ(utf8_sequence_length(text, 2), 0u);
    EXPECT_EQ(utf8_sequence_length(text, 3), 3u);
    EXPECT_EQ(utf8_sequence_length(text, 6), 4u);
}

TEST(Utf8, CountsUtf16Units) {
    EXPECT_EQ(utf16_length(""), 0u);
    EXPECT_EQ(utf16_length("abc"), 3u);
    EXPECT_EQ(utf16_length("\xC3\xBC\xE2\x82\xAC"), 2u);  // u umlaut, euro
    EXPECT_EQ(utf16_length("\xF0\x9F\x98\x80"), 2u);      // a surrogate pair
}

}  // namespace
}  // namespace lazulite
