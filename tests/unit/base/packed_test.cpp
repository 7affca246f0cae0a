#include "base/packed.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(Packed, WritesTagLengthAndBytes) {
    PackedWriter writer;
    writer.put(1, "ab");
    writer.put_integer(2, 0x0102);
    writer.put(200, std::string(300, 'v'));  // 300 = 2 * 128 + 44
    EXPECT_EQ(writer.take(),
              "\x01\x02"
              "ab"
              "\x02\x02\x02\x01"
              "\xC8\xAC\x02" +
                  std::string(300, 'v'));
}

TEST(Packed, LeavesOutWhatIsDefault) {
    PackedWriter writer;
    writer.put(1, "");
    writer.put_integer(2, 0);
    EXPECT_EQ(writer.take(), "");
}

TEST(Packed, ReadsWhatWasWritten) {
    PackedWriter writer;
    writer.put(7, std::string_view("a\0b", 3));
    writer.put_integer(8, 18446744073709551615u);
    const std::string bytes = writer.take();
    PackedReader reader(bytes);
    const auto first = reader.next();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->tag, 7);
    EXPECT_EQ(first->value, std::string_view("a\0b", 3));
    const auto second = reader.next();
    ASSERT_TRUE(second);
    EXPECT_EQ(second->tag, 8);
    EXPECT_EQ(second->integer(), 18446744073709551615u);
    EXPECT_FALSE(reader.next());
}

TEST(Packed, ReadingEndsWhereBytesAreCut) {
    EXPECT_FALSE(PackedReader("\x01\x02"
                              "a")
                     .next());
    EXPECT_FALSE(PackedReader("\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01").next());
}

}  // namespace
}  // namespace lazulite
