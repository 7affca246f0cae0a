#include "base/avro.hpp"

#include <gtest/gtest.h>

namespace lazulite::avro {
namespace {

std::string encoded(std::int64_t value) {
    std::string bytes;
    append_long(bytes, value);
    return bytes;
}

// From the table and the examples of the specification.
TEST(AvroLong, IsAVarintOfItsZigzag) {
    EXPECT_EQ(encoded(0), std::string("\0", 1));
    EXPECT_EQ(encoded(-1), "\x01");
    EXPECT_EQ(encoded(1), "\x02");
    EXPECT_EQ(encoded(-2), "\x03");
    EXPECT_EQ(encoded(-64), "\x7f");
    EXPECT_EQ(encoded(64), "\x80\x01");
    EXPECT_EQ(encoded(INT64_MIN), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST(AvroFile, HasAHeaderAndBlocksThatEndWithTheMarker) {
    EXPECT_EQ(header("\"int\"", "0123456789abcdef"), std::string("Obj\x01\x02\x16" "avro.schema\x0a\"int\"\0", 24) + "0123456789abcdef");
    std::string file;
    append_block(file, "\x06", "0123456789abcdef");
    EXPECT_EQ(file, "\x02\x02\x06" "0123456789abcdef");
}

}  // namespace
}  // namespace lazulite::avro
