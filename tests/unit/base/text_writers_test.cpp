#include "base/text_writers.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"

namespace lazulite {
namespace {

template <std::size_t kDigits>
std::string digits(unsigned value) {
    std::string text(kDigits, 'x');
    EXPECT_EQ(write_digits<kDigits>(text.data(), value), text.data() + kDigits);
    return text;
}

TEST(TextWriters, WriteAsManyDigitsAsTheyAreAskedFor) {
    EXPECT_EQ(digits<1>(7), "7");
    EXPECT_EQ(digits<2>(7), "07");
    EXPECT_EQ(digits<3>(99), "099");
    EXPECT_EQ(digits<4>(2026), "2026");
    EXPECT_EQ(digits<7>(1234567), "1234567");
    EXPECT_EQ(digits<7>(5), "0000005");
    EXPECT_EQ(digits<2>(1234), "34");
}

TEST(TextWriters, WriteHexadecimalInSmallLetters) {
    std::string text(4, 'x');
    write_hex(write_hex(text.data(), 0x0A), 0xF1);
    EXPECT_EQ(text, "0af1");
}

TEST(TextWriters, WriteBase64OfEveryLengthSoThatItCanBeReadBack) {
    std::string bytes;
    for (int length = 0; length < 70; ++length) {
        std::string text(base64_length(bytes.size()), 'x');
        EXPECT_EQ(write_base64(text.data(), as_bytes(bytes)), text.data() + text.size());
        EXPECT_EQ(base64_decode(text), bytes);
        for (std::size_t at = 0; at < text.size(); ++at) {
            std::string damaged = text;
            damaged[at] = '*';
            EXPECT_FALSE(base64_decode(damaged)) << damaged;
        }
        bytes.push_back(static_cast<char>(length * 37 + 200));
    }
}

}  // namespace
}  // namespace lazulite
