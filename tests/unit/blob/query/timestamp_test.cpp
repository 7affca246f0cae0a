#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

TEST(Timestamps, AreReadInTheFormsOfIso8601) {
    const std::pair<std::string_view, std::string_view> good[] = {
        {"2007", "2007-01-01T00:00:00Z"},
        {"2007T", "2007-01-01T00:00:00Z"},
        {"2007-02T", "2007-02-01T00:00:00Z"},
        {"2007-02-23", "2007-02-23T00:00:00Z"},
        {"2007-02-23T12:14Z", "2007-02-23T12:14:00Z"},
        {"2007-02-23T12:14:33.079-08:00", "2007-02-23T12:14:33.079-08:00"},
        {"2007-02-23T12:14:33.123456789Z", "2007-02-23T12:14:33.1234567Z"},
        {"0001-01-01T00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"},
    };
    for (const auto& [text, written] : good) {
        const auto time = parse_timestamp(text);
        ASSERT_TRUE(time) << text;
        EXPECT_EQ(format_timestamp(*time), written) << text;
    }
    for (const std::string_view text : {"", "07", "0000", "2007-13", "2007-02-30", "2007-02-23 12:14Z", "2007T12:14Z",
                                        "2007-02-23T12Z", "2007-02-23T12:14", "2007-02-23T24:00Z", "2007-02-23T12:60Z",
                                        "2007-02-23T12:14:33.Z", "2007-02-23T12:14+8:00", "2007-02-23T12:14Zx"}) {
        EXPECT_FALSE(parse_timestamp(text)) << text;
    }
}

TEST(Timestamps, AreWrittenByAFormat) {
    const auto time = parse_timestamp("2003-05-07T04:05:06.789+05:30");
    ASSERT_TRUE(time);
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"yy y yyyy", "03 2003 2003"},
        {"M MM MMM MMMM", "5 05 MAY May"},
        {"d dd", "7 07"},
        {"h hh a", "4 04 AM"},
        {"H HH m mm s ss", "4 04 5 05 6 06"},
        {"S SS SSS", "7 78 789"},
        {"X XX XXX XXXX XXXXX", "+05 +0530 +05:30 +0530 +05:30"},
        {"x xx xxx", "+05 +0530 +05:30"},
        {"yyyy-MM-ddTHH:mm:ss", "2003-05-07T04:05:06"},
        {"'day' d", "day 7"},
    };
    for (const auto& [format, text] : cases) EXPECT_EQ(format_timestamp(*time, format), text) << format;
    for (const std::string_view format : {"yyy", "MMMMM", "ddd", "aa", "n", "'open"}) {
        EXPECT_FALSE(format_timestamp(*time, format)) << format;
    }
    EXPECT_EQ(format_timestamp(*parse_timestamp("2003-05-07T16:00Z"), "h a X x"), "4 PM Z +00");
    EXPECT_EQ(format_timestamp(*parse_timestamp("2003-05-07T00:00Z"), "h a"), "12 AM");
}

}  // namespace
}  // namespace lazulite::blob::query
