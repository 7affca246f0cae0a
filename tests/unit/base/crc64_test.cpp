#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/hash.hpp"

namespace lazulite {
namespace {

struct Case {
    std::size_t length;
    std::uint64_t value;
};

/// Over the bytes 3, 10, 17, ... modulo 256; values from a bit-by-bit calculation.
constexpr Case kPatternCases[] = {{15, 0x4A2BB37E9038558D},   {16, 0x16093CDF66100DDC},   {17, 0x50AC2CBA2DB652E3},
                                  {64, 0x55AA79D042DC5FF5},   {127, 0x80C9ADA9E471041F},  {128, 0x7272AC787D449FCA},
                                  {129, 0xDB80E42AB5DE99D4},  {143, 0xFC5423FCA183D4B6},  {144, 0x225D2CC6E9E2AA95},
                                  {145, 0xC4DC2D42BA3D3392},  {255, 0x05360CD111C5F881},  {256, 0x9BB444B51D311EBF},
                                  {257, 0xA9727FA19F2D87FA},  {383, 0x7D2CD541E55EACD7},  {384, 0x99A5EC202B74AACD},
                                  {1000, 0x387E868BD14DEBED}, {4096, 0xEED96EC791F140CB}, {65537, 0x1D36563D6EE35D7F}};

std::string pattern(std::size_t length) {
    std::string bytes(length, '\0');
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>((i * 7 + 3) & 0xFF);
    return bytes;
}

TEST(Crc64, OfKnownTexts) {
    EXPECT_EQ(Crc64::of({}), 0x0000000000000000u);
    EXPECT_EQ(Crc64::of(as_bytes("123456789")), 0xAE8B14860A799888u);
    EXPECT_EQ(Crc64::of(as_bytes("Hello World")), 0x659632CB7E4BE261u);
    EXPECT_EQ(Crc64::of(as_bytes(std::string(1000, '\0'))), 0x04D1BB8FA63CB488u);
    EXPECT_EQ(Crc64::of(as_bytes(std::string(1000, '\xFF'))), 0xC0AFCE3AB16B6E2Du);
}

TEST(Crc64, OfLengthsAroundTheFoldingSteps) {
    for (const auto& [length, value] : kPatternCases) {
        EXPECT_EQ(Crc64::of(as_bytes(pattern(length))), value) << length;
    }
}

TEST(Crc64, InPiecesIsTheSameAsAtOnce) {
    for (const auto& [length, value] : kPatternCases) {
        const std::string bytes = pattern(length);
        for (const std::size_t piece : {1u, 7u, 64u, 127u, 128u, 200u}) {  // the short ones go through the tables
            Crc64 crc;
            for (std::size_t at = 0; at < length; at += piece) {
                crc.update(as_bytes(std::string_view(bytes).substr(at, piece)));
            }
            EXPECT_EQ(crc.value(), value) << length << " in pieces of " << piece;
        }
    }
}

TEST(Crc64, DoesNotDependOnAlignment) {
    const std::string bytes = pattern(1000);
    for (std::size_t offset = 0; offset < 16; ++offset) {
        const std::string shifted = std::string(offset, 'x') + bytes;
        EXPECT_EQ(Crc64::of(as_bytes(std::string_view(shifted).substr(offset))), 0x387E868BD14DEBEDu) << offset;
    }
}

TEST(Crc64, UpdateWithNothingChangesNothing) {
    Crc64 crc;
    crc.update(as_bytes("123456789"));
    crc.update({});
    EXPECT_EQ(crc.value(), 0xAE8B14860A799888u);
}

TEST(Crc64, CombineJoinsTwoValues) {
    const std::string bytes = pattern(4096);
    for (const std::size_t cut : {0u, 1u, 8u, 100u, 2048u, 4095u, 4096u}) {
        const std::uint64_t a = Crc64::of(as_bytes(std::string_view(bytes).substr(0, cut)));
        const std::uint64_t b = Crc64::of(as_bytes(std::string_view(bytes).substr(cut)));
        EXPECT_EQ(Crc64::combine(a, b, 4096 - cut), 0xEED96EC791F140CBu) << cut;
    }
}

TEST(Crc64, CombineReachesLengthsNobodyHolds) {
    // Joining with zeros twice, 2^62 of them each, is joining with 2^63 of them.
    const std::uint64_t a = 0xAE8B14860A799888;
    const std::uint64_t zeros = std::uint64_t{1} << 62;
    EXPECT_EQ(Crc64::combine(Crc64::combine(a, 0, zeros), 0, zeros), Crc64::combine(a, 0, zeros * 2));
}

}  // namespace
}  // namespace lazulite
