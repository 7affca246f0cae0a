#include "wire/range.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr std::uint64_t kLargest = 18446744073709551615u;

TEST(ParseRange, TakesTheTwoForms) {
    EXPECT_EQ(parse_range("bytes=0-"), (ByteRange{0, std::nullopt}));
    EXPECT_EQ(parse_range("bytes=512-1023"), (ByteRange{512, 1023}));
    EXPECT_EQ(parse_range("bytes=7-7"), (ByteRange{7, 7}));
    EXPECT_EQ(parse_range("Bytes=007-010"), (ByteRange{7, 10}));
    EXPECT_EQ(parse_range("bytes=0-18446744073709551615"), (ByteRange{0, kLargest}));
}

TEST(ParseRange, EverythingElseIsNoRange) {
    for (const std::string_view text : {"",
                                        "bytes",
                                        "bytes=",
                                        "bytes=-",
                                        "bytes=-5",
                                        "bytes=5",
                                        "bytes=5-4",
                                        "bytes=0-1,3-4",
                                        "bytes=0-,",
                                        "bytes= 0-1",
                                        "bytes=0 - 1",
                                        "bytes=0-1 ",
                                        "bytes=+0-1",
                                        "bytes=0-+1",
                                        "bytes=0--1",
                                        "bytes=a-b",
                                        "bytes=0x0-1",
                                        "octets=0-1",
                                        "bytes:0-1",
                                        "0-1",
                                        "bytes=18446744073709551616-",
                                        "bytes=0-18446744073709551616"}) {
        EXPECT_EQ(parse_range(text), std::nullopt) << text;
    }
}

std::optional<ByteRange> range_with(std::string_view standard, std::string_view own) {
    FieldViews fields;
    if (!standard.empty()) fields.add("range", standard);
    if (!own.empty()) fields.add("X-MS-Range", own);
    return range_of(fields);
}

TEST(RangeOf, AzuresOwnHeaderWins) {
    EXPECT_EQ(range_with("", ""), std::nullopt);
    EXPECT_EQ(range_with("bytes=1-", ""), (ByteRange{1, std::nullopt}));
    EXPECT_EQ(range_with("bytes=1-", "bytes=2-3"), (ByteRange{2, 3}));
    EXPECT_EQ(range_with("bytes=1-", "bytes=-3"), std::nullopt);
}

TEST(Resolve, CutsAtTheEnd) {
    EXPECT_EQ(resolve({0, std::nullopt}, 10).value(), (ResolvedRange{0, 10}));
    EXPECT_EQ(resolve({4, std::nullopt}, 10).value(), (ResolvedRange{4, 6}));
    EXPECT_EQ(resolve({4, 6}, 10).value(), (ResolvedRange{4, 3}));
    EXPECT_EQ(resolve({4, 9}, 10).value(), (ResolvedRange{4, 6}));
    EXPECT_EQ(resolve({9, 9}, 10).value(), (ResolvedRange{9, 1}));
    EXPECT_EQ(resolve({0, kLargest}, 10).value(), (ResolvedRange{0, 10}));
    EXPECT_EQ(resolve({0, kLargest}, kLargest).value(), (ResolvedRange{0, kLargest}));
}

TEST(Resolve, FailsBehindTheEnd) {
    const std::tuple<ByteRange, std::uint64_t, std::string_view> cases[] = {
        {{10, std::nullopt}, 10, "bytes */10"},
        {{10, 12}, 10, "bytes */10"},
        {{kLargest, std::nullopt}, 10, "bytes */10"},
        {{0, std::nullopt}, 0, "bytes */0"},
        {{0, 0}, 0, "bytes */0"},
    };
    for (const auto& [range, size, header] : cases) {
        const auto outcome = resolve(range, size);
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code(), ErrorCode::invalid_range);
        ASSERT_EQ(outcome.error().details()->headers.size(), 1u);
        EXPECT_EQ(outcome.error().details()->headers[0].name, "Content-Range");
        EXPECT_EQ(outcome.error().details()->headers[0].value, header);
    }
}

TEST(ContentRange, NamesBothEndsAndTheSize) {
    EXPECT_EQ(content_range({0, 512}, 1024), "bytes 0-511/1024");
    EXPECT_EQ(content_range({9, 1}, 10), "bytes 9-9/10");
}

}  // namespace
}  // namespace lazulite
