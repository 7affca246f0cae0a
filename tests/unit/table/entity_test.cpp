#include "table/domain/entity.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace lazulite::table {
namespace {

ErrorCode refusal(const Result<>& result) { return result ? ErrorCode::not_implemented : result.error().code(); }

TEST(PackedProperties, GiveBackEveryTypeInOrder) {
    PackedProperties packed;
    packed.add("s", EdmValue::of_string("text"));
    packed.add("i", EdmValue::of_integer(EdmType::int32, std::numeric_limits<std::int32_t>::min()));
    packed.add("l", EdmValue::of_integer(EdmType::int64, std::numeric_limits<std::int64_t>::min()));
    packed.add("d", EdmValue::of_real(-0.5));
    packed.add("b", EdmValue::of_integer(EdmType::boolean, 1));
    packed.add("t", EdmValue::of_integer(EdmType::date_time, -5));
    packed.add("g", {EdmType::guid, "0123456789abcdef"});
    packed.add("x", {EdmType::binary, std::string_view("\0\xFF", 2)});
    packed.add("e", EdmValue::of_string(""));
    packed.add(std::string(200, 'n'), EdmValue::of_string(std::string(300, 'v')));

    PropertyReader reader(packed.bytes());
    EXPECT_EQ(reader.next()->value.bytes, "text");
    EXPECT_EQ(reader.next()->value.integer, std::numeric_limits<std::int32_t>::min());
    EXPECT_EQ(reader.next()->value.integer, std::numeric_limits<std::int64_t>::min());
    EXPECT_EQ(reader.next()->value.real, -0.5);
    EXPECT_EQ(reader.next()->value.integer, 1);
    const auto time = reader.next();
    EXPECT_EQ(time->value.integer, -5);
    EXPECT_EQ(time->value.type, EdmType::date_time);
    EXPECT_EQ(time->name, "t");
    EXPECT_EQ(reader.next()->value.bytes, "0123456789abcdef");
    EXPECT_EQ(reader.next()->value.bytes, std::string_view("\0\xFF", 2));
    EXPECT_EQ(reader.next()->value.bytes, "");
    EXPECT_EQ(reader.next()->value.bytes.size(), 300u);
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.whole());
}

TEST(PackedProperties, SayTheirLengthInAsManyBytesAsItNeeds) {
    for (const std::size_t length : {0, 1, 127, 128, 129, 16383, 16384, 16385}) {
        PackedProperties packed;
        packed.add("v", EdmValue::of_string(std::string(length, 'v')));
        packed.add("next", EdmValue::of_integer(EdmType::int32, 7));
        PropertyReader reader(packed.bytes());
        EXPECT_EQ(reader.next()->value.bytes.size(), length);
        EXPECT_EQ(reader.next()->value.integer, 7) << length;
        EXPECT_TRUE(reader.whole());
    }
}

TEST(PackedProperties, ThatAreCutAreNotWhole) {
    PackedProperties packed;
    packed.add("name", EdmValue::of_string("value"));
    for (std::size_t length = 1; length < packed.bytes().size(); ++length) {
        PropertyReader reader(std::string_view(packed.bytes()).substr(0, length));
        EXPECT_FALSE(reader.next()) << length;
        EXPECT_FALSE(reader.whole()) << length;
    }
    PropertyReader unknown("\x2A\x01n");
    EXPECT_FALSE(unknown.next());
    EXPECT_FALSE(unknown.whole());
}

TEST(PackedProperties, OfAMergeReplaceInPlaceAndAppend) {
    PackedProperties there;
    there.add("a", EdmValue::of_integer(EdmType::int32, 1));
    there.add("b", EdmValue::of_integer(EdmType::int32, 2));
    PackedProperties given;
    given.add("c", EdmValue::of_integer(EdmType::int32, 3));
    given.add("a", EdmValue::of_string("new"));
    PackedProperties expected;
    expected.add("a", EdmValue::of_string("new"));
    expected.add("b", EdmValue::of_integer(EdmType::int32, 2));
    expected.add("c", EdmValue::of_integer(EdmType::int32, 3));
    EXPECT_EQ(merged(there, given), expected);
}

TEST(EntityLimits, PropertyNamesAreIdentifiersOf255Units) {
    for (const auto& good : {std::string("a"), std::string("_a1"), std::string("\xC3\xBC"), std::string(255, 'a')}) {
        EXPECT_TRUE(check_property_name(good)) << good;
    }
    EXPECT_EQ(refusal(check_property_name(std::string(256, 'a'))), ErrorCode::property_name_too_long);
    for (const auto* bad : {"", "1a", "a-b", "a b", "a.b", "a@b"}) {
        EXPECT_EQ(refusal(check_property_name(bad)), ErrorCode::property_name_invalid) << bad;
    }
}

TEST(EntityLimits, ValuesHold64KiB) {
    EXPECT_TRUE(check_value(EdmValue::of_string(std::string(32768, 'a'))));
    EXPECT_EQ(refusal(check_value(EdmValue::of_string(std::string(32769, 'a')))), ErrorCode::property_value_too_large);
    EXPECT_TRUE(check_value({EdmType::binary, std::string(65536, 'a')}));
    EXPECT_EQ(refusal(check_value({EdmType::binary, std::string(65537, 'a')})), ErrorCode::property_value_too_large);
}

TEST(EntityLimits, EntitiesHold252Properties) {
    PackedProperties packed;
    for (int i = 0; i < 252; ++i) packed.add("p" + std::to_string(i), EdmValue::of_integer(EdmType::int32, i));
    EXPECT_TRUE(check_entity({"p", "r"}, packed));
    packed.add("more", EdmValue::of_integer(EdmType::int32, 0));
    EXPECT_EQ(refusal(check_entity({"p", "r"}, packed)), ErrorCode::too_many_properties);
}

// 4 + 2 * 2 for the keys; each of 15 properties 8 + 2 * 2 + 4 + 65,536; the last one makes up what is left of 1 MiB.
TEST(EntityLimits, EntitiesHoldOneMiB) {
    PackedProperties packed;
    for (int i = 0; i < 15; ++i) {
        packed.add("p" + std::string(1, static_cast<char>('a' + i)), EdmValue::of_string(std::string(32768, 'x')));
    }
    const std::size_t left = (1 << 20) - 8 - 15 * (16 + 65536) - 16;
    PackedProperties full = packed;
    full.add("pz", EdmValue::of_string(std::string(left / 2, 'x')));
    EXPECT_TRUE(check_entity({"p", "r"}, full));
    EXPECT_EQ(refusal(check_entity({"pp", "r"}, full)), ErrorCode::entity_too_large);
}

TEST(EntityLimits, EveryTypeCountsWithItsSize) {
    const std::pair<EdmValue, std::size_t> cases[] = {{{EdmType::guid, "0123456789abcdef"}, 16},
                                                      {EdmValue::of_integer(EdmType::int32, 1), 4},
                                                      {EdmValue::of_integer(EdmType::int64, 1), 8},
                                                      {EdmValue::of_integer(EdmType::date_time, 1), 8},
                                                      {EdmValue::of_real(1), 8}};
    for (const auto& [value, bytes] : cases) {
        PackedProperties packed;
        packed.add("vv", value);
        for (int i = 0; i < 15; ++i) {
            packed.add("p" + std::string(1, static_cast<char>('a' + i)), EdmValue::of_string(std::string(32768, 'x')));
        }
        const std::size_t left = (1 << 20) - 8 - (8 + 4 + bytes) - 15 * (16 + 65536) - 16;
        packed.add("pz", EdmValue::of_string(std::string(left / 2, 'x')));
        EXPECT_TRUE(check_entity({"p", "r"}, packed)) << bytes;
        EXPECT_EQ(refusal(check_entity({"pp", "r"}, packed)), ErrorCode::entity_too_large) << bytes;
    }
}

TEST(EntityEtags, AreTimestampsWithEscapedColons) {
    const Instant when = instant_of(*parse_date_time("2026-01-02T03:04:05.1234567Z"));
    EXPECT_EQ(entity_etag(when), "W/\"datetime'2026-01-02T03%3A04%3A05.1234567Z'\"");
    const auto condition = parse_condition("W/\"datetime'2026-01-02T03%3A04%3A05.1234567Z'\"");
    ASSERT_TRUE(condition);
    EXPECT_FALSE(condition->any);
    EXPECT_EQ(condition->timestamp, when);
    EXPECT_EQ(parse_condition("W/\"datetime'2026-01-02T03:04:05.1234567Z'\"")->timestamp, when);
    EXPECT_TRUE(parse_condition("*")->any);
}

TEST(EntityEtags, OfAnotherFormAreRefused) {
    for (const auto* bad :
         {"", "test", "\"0x1\"", "W/\"datetime''\"", "W/\"datetime'x'\"", "datetime'2026-01-02T03:04:05Z'"}) {
        const auto condition = parse_condition(bad);
        ASSERT_FALSE(condition) << bad;
        EXPECT_EQ(condition.error().code(), ErrorCode::invalid_input) << bad;
    }
}

}  // namespace
}  // namespace lazulite::table
