#include "base/etag.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(Etag, IsTheTickInHexadecimal) {
    EXPECT_EQ(etag_text(Instant(Ticks(0))), "0x89F7FF5F7B58000");
    EXPECT_EQ(etag_text(Instant(Ticks(17'952'088'321'234'567))), "0x8DF474A3F129687");
    std::string quoted = "ETag: ";
    append_value(quoted, Etag{Instant(Ticks(0)), true});
    EXPECT_EQ(quoted, "ETag: \"0x89F7FF5F7B58000\"");
}

TEST(Etag, HasFifteenDigitsOrMore) {
    EXPECT_EQ(etag_text({Instant(), 0x1A}), "0x00000000000001A");
    EXPECT_EQ(etag_text({Instant(), 0x0FFFFFFFFFFFFFFF}), "0xFFFFFFFFFFFFFFF");
    EXPECT_EQ(etag_text({Instant(), 0x1000000000000000}), "0x1000000000000000");
    EXPECT_EQ(etag_text({Instant(), 0xFEDCBA9876543210}), "0xFEDCBA9876543210");
}

TEST(Etag, QuotesAreCutInPairs) {
    EXPECT_EQ(without_quotes("\"0x8D\""), "0x8D");
    EXPECT_EQ(without_quotes("0x8D"), "0x8D");
    EXPECT_EQ(without_quotes("\"\""), "");
    EXPECT_EQ(without_quotes("\""), "\"");
    EXPECT_EQ(without_quotes("\"0x8D"), "\"0x8D");
    EXPECT_EQ(without_quotes(""), "");
}

}  // namespace
}  // namespace lazulite
