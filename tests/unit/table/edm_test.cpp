#include "table/domain/edm.hpp"

#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <random>
#include <vector>

namespace lazulite::table {
namespace {

std::string date_time(std::string_view text) {
    const auto ticks = parse_date_time(text);
    if (!ticks) return ticks.error().code() == ErrorCode::out_of_range_input ? "out of range" : "malformed";
    std::string shown;
    append_date_time(shown, *ticks);
    return shown;
}

TEST(Edm, DateTimesAreReadInEveryFormThatSdksWrite) {
    EXPECT_EQ(date_time("2026-01-02T03:04:05.1234567Z"), "2026-01-02T03:04:05.1234567Z");
    EXPECT_EQ(date_time("2026-01-02T03:04:05.123456789Z"), "2026-01-02T03:04:05.1234567Z");
    EXPECT_EQ(date_time("2026-01-02T03:04:05.120Z"), "2026-01-02T03:04:05.12Z");
    EXPECT_EQ(date_time("2026-01-02T03:04:05"), "2026-01-02T03:04:05Z");
    EXPECT_EQ(date_time("2026-01-02T03:04Z"), "2026-01-02T03:04:00Z");
    EXPECT_EQ(date_time("2026-01-02"), "2026-01-02T00:00:00Z");
    EXPECT_EQ(date_time("2026-01-02T03:04:05+01:30"), "2026-01-02T01:34:05Z");
    EXPECT_EQ(date_time("2026-01-01T00:00:00-02:00"), "2026-01-01T02:00:00Z");
}

TEST(Edm, DateTimesReachFrom1601To9999) {
    EXPECT_EQ(date_time("1601-01-01T00:00:00Z"), "1601-01-01T00:00:00Z");
    EXPECT_EQ(date_time("1600-12-31T23:59:59.9999999Z"), "out of range");
    EXPECT_EQ(date_time("9999-12-31T23:59:59.9999999Z"), "9999-12-31T23:59:59.9999999Z");
    EXPECT_EQ(date_time("9999-12-31T23:59:59-01:00"), "out of range");
    EXPECT_EQ(date_time("9999-12-31T23:00:00-01:00"), "out of range");  // the first second that is too late
    EXPECT_EQ(date_time("9999-12-31T22:59:59-01:00"), "9999-12-31T23:59:59Z");
    EXPECT_EQ(date_time("0001-01-01T00:00:00Z"), "out of range");
}

TEST(Edm, WhatIsNoDateTimeIsRefused) {
    for (const auto* text :
         {"", "2026", "2026-13-01", "2026-02-30", "2026-01-02 03:04:05", "2026-01-02T24:00:00Z", "2026-01-02T03:60:00Z",
          "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx", "26-01-02", "x"}) {
        EXPECT_EQ(date_time(text), "malformed") << text;
    }
}

TEST(Edm, GuidsAreReadWithHyphensWithoutAndInBraces) {
    std::string text;
    text.resize(kLongestValueText);
    write_guid(text.data(), *parse_guid("C9DA6455-213d-42C9-9A79-3E9149A57833"));
    EXPECT_EQ(text, "c9da6455-213d-42c9-9a79-3e9149a57833");
    EXPECT_EQ(parse_guid("c9da6455213d42c99a793e9149a57833"), parse_guid("c9da6455-213d-42c9-9a79-3e9149a57833"));
    EXPECT_EQ(parse_guid("{c9da6455-213d-42c9-9a79-3e9149a57833}"), parse_guid("c9da6455-213d-42c9-9a79-3e9149a57833"));
    for (const auto* bad : {"", "c9da6455-213d-42c9-9a79-3e9149a5783", "c9da6455-213d-42c9-9a79-3e9149a5783g",
                            "c9da6455x213d-42c9-9a79-3e9149a57833", "{c9da6455213d42c99a793e9149a5783344}"}) {
        EXPECT_FALSE(parse_guid(bad)) << bad;
    }
}

TEST(Edm, DoublesWithFewDecimalsAreWrittenAsShortAsAnyOther) {
    std::mt19937_64 random(12);
    std::vector<double> values{1.5, 0.5, 1e9 + 0.5, 999999999.9999, 1.00001, 1.0001, 123456.789, 4503599627370497.5};
    for (int i = 0; i < 200'000; ++i) {
        const double whole = static_cast<double>(random() % (std::uint64_t{1} << (i % 50)));
        const double weight = std::pow(10.0, i % 7);
        for (const double value : {whole / weight, std::nextafter(whole / weight, 1e18)}) values.push_back(value);
    }
    for (const double value : values) {
        if (std::trunc(value) == value) continue;
        for (const double either : {value, -value}) {
            char text[kLongestValueText];
            char usual[kLongestValueText];
            const std::string_view written(text, static_cast<std::size_t>(write_real(text, either) - text));
            const auto end = std::to_chars(usual, usual + sizeof usual, either).ptr;
            ASSERT_EQ(written, std::string_view(usual, static_cast<std::size_t>(end - usual)));
        }
    }
}

TEST(Edm, DoublesAreWrittenSoThatTheyAreNoIntegers) {
    const auto shown = [](double value) {
        std::string text;
        text.resize(kLongestValueText);
        text.resize(static_cast<std::size_t>(write_real(text.data(), value) - text.data()));
        return text;
    };
    EXPECT_EQ(shown(1), "1.0");
    EXPECT_EQ(shown(-0.0), "-0.0");
    EXPECT_EQ(shown(0.1), "0.1");
    EXPECT_EQ(shown(1e300), "1e+300");
    EXPECT_EQ(shown(999.99), "999.99");
    EXPECT_EQ(shown(std::nan("")), "NaN");
    EXPECT_EQ(shown(HUGE_VAL), "Infinity");
    EXPECT_EQ(shown(-HUGE_VAL), "-Infinity");
}

TEST(Edm, DoublesAreReadAsWordsToo) {
    EXPECT_EQ(parse_real("-1.5e3"), -1500);
    EXPECT_TRUE(std::isnan(*parse_real("NaN")));
    EXPECT_EQ(parse_real("-Infinity"), -HUGE_VAL);
    EXPECT_TRUE(std::signbit(*parse_real("-0.0")));
    for (const auto* bad : {"", "nan", "1e999", "0x10", "1,5", "abc", " 1"}) EXPECT_FALSE(parse_real(bad)) << bad;
}

// 0xFF61 stands before U+1F600 in UTF-8 and behind it in UTF-16.
TEST(Edm, TextsAreOrderedByUtf16Unit) {
    EXPECT_EQ(compare_utf16("\xEF\xBD\xA1", "\xF0\x9F\x98\x80"), std::strong_ordering::greater);
    EXPECT_EQ(compare_utf16("\xED\x9F\xBF", "\xF0\x9F\x98\x80"), std::strong_ordering::less);
    EXPECT_EQ(compare_utf16("\xEE\x80\x80", "\xEF\xBD\xA1"), std::strong_ordering::less);
    EXPECT_EQ(compare_utf16("a", "B"), std::strong_ordering::greater);
    EXPECT_EQ(compare_utf16("a", "ab"), std::strong_ordering::less);
    EXPECT_EQ(compare_utf16("", ""), std::strong_ordering::equal);
}

// Seen of the service: a whole number in a filter finds Int64 and Double too, one with `L` finds Int64 alone.
TEST(Edm, AnInt32IsComparedWithEveryKindOfNumber) {
    const auto int32 = EdmValue::of_integer(EdmType::int32, 5);
    EXPECT_TRUE(compare(EdmValue::of_integer(EdmType::int64, 5), int32) == 0);
    EXPECT_TRUE(compare(EdmValue::of_real(5.5), int32) > 0);
    EXPECT_FALSE(comparable(EdmType::int32, EdmType::int64));
    EXPECT_FALSE(comparable(EdmType::real, EdmType::int64));
    EXPECT_FALSE(comparable(EdmType::int32, EdmType::real));
    EXPECT_FALSE(comparable(EdmType::string, EdmType::int32));
    EXPECT_TRUE(compare(EdmValue::of_real(std::nan("")), EdmValue::of_real(std::nan(""))) ==
                std::partial_ordering::unordered);
}

}  // namespace
}  // namespace lazulite::table
