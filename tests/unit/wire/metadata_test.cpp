#include "wire/metadata.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace lazulite {
namespace {

using Given = std::initializer_list<std::pair<std::string, std::string>>;

Result<Metadata> parsed(Given given) {
    FieldViews fields;
    for (const auto& [name, value] : given) fields.add(name, value);
    return parse_metadata(fields);
}

std::string text_of(const Metadata& metadata) {
    std::string text;
    for (const Metadata::Pair& pair : metadata) text += '[' + pair.name + '|' + pair.value + ']';
    return text;
}

TEST(ParseMetadata, KeepsOrderAndLetterCase) {
    const auto metadata = parsed(
        {{"x-ms-version", "1"}, {"x-ms-meta-Zeta", "1"}, {"X-MS-META-alpha_2", "x  y"}, {"x-ms-metaphor", "no"}});
    ASSERT_TRUE(metadata);
    EXPECT_EQ(text_of(*metadata), "[Zeta|1][alpha_2|x  y]");
    EXPECT_EQ(metadata->size_bytes(), 4u + 1 + 7 + 4);
}

TEST(ParseMetadata, TrimsValues) {
    EXPECT_EQ(text_of(parsed({{"x-ms-meta-a", " \tb c\t "}, {"x-ms-meta-e", "  "}}).value()), "[a|b c][e|]");
}

TEST(ParseMetadata, JoinsRepeatedNames) {
    const auto metadata = parsed({{"x-ms-meta-A", "1"}, {"x-ms-meta-b", "2"}, {"x-ms-meta-a", "3"}}).value();
    EXPECT_EQ(text_of(metadata), "[A|1,3][b|2]");
    EXPECT_EQ(metadata.size_bytes(), 6u);
    EXPECT_EQ(*metadata.find("a"), "1,3");
    EXPECT_EQ(metadata.find("c"), nullptr);
}

TEST(ParseMetadata, RefusesAnEmptyName) {
    EXPECT_EQ(parsed({{"x-ms-meta-", "a"}}).error().code(), ErrorCode::empty_metadata_key);
}

TEST(ParseMetadata, NamesAreIdentifiers) {
    for (const std::string good : {"a", "_", "_1", "Z9_z"}) {
        EXPECT_TRUE(parsed({{"x-ms-meta-" + good, "v"}})) << good;
    }
    for (const std::string bad : {"1", "1a", "a-b", "a.b", "a b", "a$", "\xC3\xBC", "a\xC3\xBC", "@a"}) {
        const auto outcome = parsed({{"x-ms-meta-" + bad, "v"}});
        ASSERT_FALSE(outcome) << bad;
        EXPECT_EQ(outcome.error().code(), ErrorCode::invalid_metadata) << bad;
    }
}

TEST(ParseMetadata, ValuesAreAsciiText) {
    EXPECT_TRUE(parsed({{"x-ms-meta-a", "\t !~ <&>\"%\ty"}}));
    for (const std::string bad : {"\xC3\xBC", "a\x01", "\x7F", "a\nb"}) {
        const auto outcome = parsed({{"x-ms-meta-a", bad}});
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code(), ErrorCode::invalid_metadata);
    }
}

TEST(ParseMetadata, EndsAtEightKibibytes) {
    EXPECT_TRUE(parsed({{"x-ms-meta-a", std::string(8191, 'v')}}));
    EXPECT_TRUE(parsed({{"x-ms-meta-ab", std::string(4096, 'v')}, {"x-ms-meta-cd", std::string(4092, 'v')}}));
    EXPECT_EQ(parsed({{"x-ms-meta-a", std::string(8192, 'v')}}).error().code(), ErrorCode::metadata_too_large);
    EXPECT_EQ(
        parsed({{"x-ms-meta-ab", std::string(4096, 'v')}, {"x-ms-meta-cd", std::string(4093, 'v')}}).error().code(),
        ErrorCode::metadata_too_large);
}

TEST(ParseMetadata, WithoutFieldsIsEmpty) {
    const auto metadata = parsed({{"Host", "a"}});
    ASSERT_TRUE(metadata);
    EXPECT_TRUE(metadata->empty());
}

TEST(Metadata, PacksIntoLengthsAndBytes) {
    EXPECT_EQ(Metadata().pack(), "");
    Metadata metadata;
    metadata.add("ab", "xyz");
    metadata.add("c", "");
    EXPECT_EQ(metadata.pack(), std::string_view("\x02"
                                                "ab\x03xyz\x01"
                                                "c\0",
                                                10));
    Metadata longer;
    longer.add("n", std::string(300, 'v'));  // 300 = 2 * 128 + 44
    EXPECT_EQ(longer.pack(), "\x01n\xAC\x02" + std::string(300, 'v'));
}

TEST(Metadata, UnpacksWhatItPacked) {
    Metadata metadata;
    metadata.add("Name", std::string(8000, 'v'));
    metadata.add("other", std::string("\0\xFF", 2));
    const auto unpacked = Metadata::unpack(metadata.pack());
    ASSERT_TRUE(unpacked);
    EXPECT_EQ(*unpacked, metadata);
    EXPECT_EQ(unpacked->size_bytes(), 8011u);
    EXPECT_TRUE(Metadata::unpack("")->empty());
}

TEST(Metadata, UnpackRefusesDamage) {
    for (const std::string_view packed : {"\x02",
                                          "\x02"
                                          "a",
                                          "\x01"
                                          "a",
                                          "\x01"
                                          "a\x02"
                                          "b",
                                          "\x80", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F",
                                          "\x01"
                                          "a\x81"}) {
        EXPECT_FALSE(Metadata::unpack(packed)) << testing::PrintToString(packed);
    }
}

}  // namespace
}  // namespace lazulite
