#include "wire/date.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

Instant at(std::int64_t second, std::int64_t ticks = 0) {
    return Instant(Ticks(second * 10'000'000 + ticks));
}

struct Case {
    std::int64_t second;
    std::string_view rfc1123;
    std::string_view iso8601;
};
constexpr Case kCases[] = {
    {0, "Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.0000000Z"},
    {-1, "Wed, 31 Dec 1969 23:59:59 GMT", "1969-12-31T23:59:59.0000000Z"},
    {951868799, "Tue, 29 Feb 2000 23:59:59 GMT", "2000-02-29T23:59:59.0000000Z"},
    {1795208832, "Fri, 20 Nov 2026 21:07:12 GMT", "2026-11-20T21:07:12.0000000Z"},
    {4107542400, "Mon, 01 Mar 2100 00:00:00 GMT", "2100-03-01T00:00:00.0000000Z"},
    {-11644473600, "Mon, 01 Jan 1601 00:00:00 GMT", "1601-01-01T00:00:00.0000000Z"},
    {253402300799, "Fri, 31 Dec 9999 23:59:59 GMT", "9999-12-31T23:59:59.0000000Z"},
};

TEST(Rfc1123, FollowsEveryChangeOfTheSecond) {
    constexpr std::int64_t kNewYear = 1798761600;  // 2027
    EXPECT_EQ(format_rfc1123(at(kNewYear, -1)), "Thu, 31 Dec 2026 23:59:59 GMT");
    EXPECT_EQ(format_rfc1123(at(kNewYear)), "Fri, 01 Jan 2027 00:00:00 GMT");
    EXPECT_EQ(format_rfc1123(at(kNewYear, 9'999'999)), "Fri, 01 Jan 2027 00:00:00 GMT");
    EXPECT_EQ(format_rfc1123(at(kNewYear + 1)), "Fri, 01 Jan 2027 00:00:01 GMT");
    EXPECT_EQ(format_rfc1123(at(kNewYear, -1)), "Thu, 31 Dec 2026 23:59:59 GMT");
}

TEST(Rfc1123, GoesBothWays) {
    for (const Case& c : kCases) {
        EXPECT_EQ(format_rfc1123(at(c.second)), c.rfc1123);
        EXPECT_EQ(parse_rfc1123(c.rfc1123), at(c.second)) << c.rfc1123;
    }
}

TEST(Rfc1123, CutsFractions) {
    EXPECT_EQ(format_rfc1123(at(0, 9'999'999)), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(format_rfc1123(at(-1, 1)), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(Rfc1123, NamesEveryWeekdayAndMonth) {
    const std::string_view weekdays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    for (std::int64_t day = 0; day < 7; ++day) EXPECT_EQ(format_rfc1123(at(day * 86400)).substr(0, 3), weekdays[day]);
    const std::string_view months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::int64_t fifteenths[] = {14, 45, 73, 104, 134, 165, 195, 226, 257, 287, 318, 348};  // days of 1970
    for (std::size_t m = 0; m < 12; ++m) {
        EXPECT_EQ(format_rfc1123(at(fifteenths[m] * 86400)).substr(5, 6), "15 " + std::string(months[m]));
    }
}

TEST(Rfc1123, RefusesEverythingElse) {
    const std::string_view wrong[] = {
        "",
        "Fri, 20 Nov 2026 21:07:12",
        "Fri, 20 Nov 2026 21:07:12 UTC",
        "Fri, 20 Nov 2026 21:07:12 gmt",
        "Fri, 20 Nov 2026 21:07:12 GMT ",
        " Fri, 20 Nov 2026 21:07:12 GMT",
        "Sat, 20 Nov 2026 21:07:12 GMT",  // it was a Friday
        "Fri 20 Nov 2026 21:07:12 GMT",
        "Fri, 20 nov 2026 21:07:12 GMT",
        "Fri, 20-Nov-2026 21:07:12 GMT",
        "Friday, 20-Nov-26 21:07:12 GMT",  // RFC 850
        "Fri Nov 20 21:07:12 2026",        // asctime
        "Fri, 20 Nov 2026 24:00:00 GMT",
        "Fri, 20 Nov 2026 21:60:12 GMT",
        "Fri, 20 Nov 2026 21:07:60 GMT",
        "Fri, 2 Oct 2026 21:07:12 GMT",
        "Fri, +2 Oct 2026 21:07:12 GMT",
        "Sun, 29 Feb 2026 00:00:00 GMT",
        "Sat, 31 Apr 2026 00:00:00 GMT",
        "Wed, 00 Apr 2026 00:00:00 GMT",
        "Sat, 01 Jan 0000 00:00:00 GMT",
        "Fri",
    };
    for (const auto text : wrong) EXPECT_EQ(parse_rfc1123(text), std::nullopt) << text;
}

TEST(Iso8601, FormatsSevenFractionDigits) {
    for (const Case& c : kCases) EXPECT_EQ(format_iso8601(at(c.second)), c.iso8601);
    EXPECT_EQ(format_iso8601(at(1795208832, 1'234'567)), "2026-11-20T21:07:12.1234567Z");
    EXPECT_EQ(format_iso8601(at(1795208832, 1)), "2026-11-20T21:07:12.0000001Z");
    EXPECT_EQ(format_iso8601(at(-1, 9'999'999)), "1969-12-31T23:59:59.9999999Z");
}

TEST(Iso8601, AppendsBehindWhatIsThere) {
    std::string text = "<";
    append_iso8601(text, at(0));
    append_rfc1123(text, at(0));
    EXPECT_EQ(text, "<1970-01-01T00:00:00.0000000ZThu, 01 Jan 1970 00:00:00 GMT");
}

TEST(Iso8601, ParsesTheFormsOfSas) {
    const std::pair<std::string_view, Instant> cases[] = {
        {"2026-11-20", at(1795132800)},
        {"2026-11-20T21:07Z", at(1795208820)},
        {"2026-11-20T21:07:12Z", at(1795208832)},
        {"2026-11-20T21:07:12.1Z", at(1795208832, 1'000'000)},
        {"2026-11-20T21:07:12.1234567Z", at(1795208832, 1'234'567)},
        {"2026-11-20T21:07:12.0000001Z", at(1795208832, 1)},
        {"2026-11-20T23:07:12+02:00", at(1795208832)},
        {"2026-11-20T17:37:12-03:30", at(1795208832)},
        {"2026-11-21T02:37:12.5+05:30", at(1795208832, 5'000'000)},
        {"2026-11-20T21:07+00:00", at(1795208820)},
        {"0001-01-01", at(-62135596800)},
    };
    for (const auto& [text, when] : cases) EXPECT_EQ(parse_iso8601(text), when) << text;
}

TEST(Iso8601, RefusesAnOffsetThatLeadsOutOfTheYears) {
    EXPECT_EQ(parse_iso8601("0001-01-01T00:00:00+00:01"), std::nullopt);
    EXPECT_EQ(parse_iso8601("9999-12-31T23:59:59-14:00"), std::nullopt);
    EXPECT_EQ(parse_iso8601("0001-01-01T00:01:00+00:01"), parse_iso8601("0001-01-01"));
    EXPECT_EQ(parse_iso8601("9999-12-31T09:59:59-14:00"), parse_iso8601("9999-12-31T23:59:59Z"));
}

TEST(Iso8601, RefusesEverythingElse) {
    const std::string_view wrong[] = {
        "",
        "2026",
        "2026-11",
        "2026-11-20Z",
        "2026-11-20T",
        "2026-11-20T21Z",
        "2026-11-20T21:07",
        "2026-11-20T21:07:12",
        "2026-11-20T21:07:12.Z",
        "2026-11-20T21:07:12.12345678Z",
        "2026-11-20T21:07.5Z",
        "2026-11-20 21:07:12Z",
        "2026-11-20t21:07:12z",
        "2026-11-20T21:07:12Z ",
        "2026-11-20T21:07:12ZZ",
        "2026-11-20T24:00:00Z",
        "2026-11-20T21:60:00Z",
        "2026-11-20T21:07:60Z",
        "2026-02-29",
        "2026-13-01",
        "2026-00-01",
        "2026-11-00",
        "2026-11-31",
        "0000-01-01",
        "2026-1-1",
        "2026-11-20T21:07:12+0200",
        "2026-11-20T21:07:12+15:00",
        "2026-11-20T21:07:12+02:60",
        "2026-11-20T21:07:12+",
        "+026-11-20",
    };
    for (const auto text : wrong) EXPECT_EQ(parse_iso8601(text), std::nullopt) << text;
}

}  // namespace
}  // namespace lazulite
