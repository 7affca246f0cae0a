#include "wire/value.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>

namespace lazulite {
namespace {

enum class BlobType { block, page };
constexpr auto kBlobTypes =
    std::to_array<Named<BlobType>>({{BlobType::block, "BlockBlob"}, {BlobType::page, "PageBlob"}});
constexpr std::span<const Named<BlobType>> names_of(BlobType) {
    return kBlobTypes;
}

template <class T>
std::optional<T> parsed(std::string_view text) {
    T value{};
    if (!parse_value(text, value)) return std::nullopt;
    return value;
}

template <class T>
std::string appended(const T& value) {
    std::string text = "=";
    append_value(text, value);
    return text;
}

TEST(ParseValue, Numbers) {
    EXPECT_EQ(parsed<int>("-5"), -5);
    EXPECT_EQ(parsed<std::uint64_t>("18446744073709551615"), 18446744073709551615u);
    EXPECT_EQ(parsed<std::uint16_t>("65536"), std::nullopt);
    EXPECT_EQ(parsed<int>(""), std::nullopt);
    EXPECT_EQ(parsed<int>("5 "), std::nullopt);
}

TEST(ParseValue, Booleans) {
    EXPECT_EQ(parsed<bool>("true"), true);
    EXPECT_EQ(parsed<bool>("True"), true);
    EXPECT_EQ(parsed<bool>("false"), false);
    for (const std::string_view wrong : {"", "1", "0", "yes", "true ", "t"})
        EXPECT_EQ(parsed<bool>(wrong), std::nullopt);
}

TEST(ParseValue, Dates) {
    EXPECT_EQ(parsed<Instant>("Thu, 01 Jan 1970 00:00:01 GMT"), Instant(Ticks(10'000'000)));
    EXPECT_EQ(parsed<Instant>("1970-01-01T00:00:01Z"), std::nullopt);
}

TEST(ParseValue, Hashes) {
    const auto md5 = parsed<Md5Digest>("1B2M2Y8AsgTpgAmY7PhCfg==");  // of nothing
    ASSERT_TRUE(md5);
    EXPECT_EQ((*md5)[0], std::byte{0xD4});
    EXPECT_EQ((*md5)[15], std::byte{0x7E});
    EXPECT_EQ(parsed<Crc64Value>("iJh5CoYUi64="), Crc64Value{0xAE8B14860A799888});
    for (const std::string_view wrong : {"", "iJh5CoYUi64", "iJh5CoYU", "d41d8cd98f00b204e9800998ecf8427e"}) {
        EXPECT_FALSE(parsed<Md5Digest>(wrong)) << wrong;
        EXPECT_FALSE(parsed<Crc64Value>(wrong)) << wrong;
    }
    EXPECT_FALSE(parsed<Md5Digest>("iJh5CoYUi64="));
    EXPECT_FALSE(parsed<Crc64Value>("1B2M2Y8AsgTpgAmY7PhCfg=="));
}

TEST(ParseValue, EnumsByTheirNames) {
    EXPECT_EQ(parsed<BlobType>("PageBlob"), BlobType::page);
    EXPECT_EQ(parsed<BlobType>("pageblob"), std::nullopt);
    EXPECT_EQ(parsed<BlobType>(""), std::nullopt);
}

TEST(ParseValue, CommaLists) {
    using List = std::vector<std::string>;
    EXPECT_EQ(parsed<List>(" a,b c ,\td"), (List{"a", "b c", "d"}));
    EXPECT_EQ(parsed<List>(",, ,"), List{});
    EXPECT_EQ(parsed<List>(""), List{});
    EXPECT_EQ(appended(List{"a", "b c"}), "=a,b c");
    EXPECT_EQ(appended(List{}), "=");
}

TEST(AppendValue, EveryKind) {
    EXPECT_EQ(appended(std::string_view("a b")), "=a b");
    EXPECT_EQ(appended(Base64{as_bytes("fo")}), "=Zm8=");
    EXPECT_EQ(appended(Base64{as_bytes("f")}), "=Zg==");
    EXPECT_EQ(appended(Base64{as_bytes("foobar")}), "=Zm9vYmFy");
    EXPECT_EQ(appended(Base64{}), "=");
    EXPECT_EQ(appended("literal"), "=literal");
    EXPECT_EQ(appended(-5), "=-5");
    EXPECT_EQ(appended(std::uint8_t{65}), "=65");
    EXPECT_EQ(appended(std::uint64_t{18446744073709551615u}), "=18446744073709551615");
    EXPECT_EQ(appended(std::int64_t{-9223372036854775807} - 1), "=-9223372036854775808");
    EXPECT_EQ(appended(true), "=true");
    EXPECT_EQ(appended(false), "=false");
    EXPECT_EQ(appended(Instant(Ticks(0))), "=Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(appended(Md5Digest{}), "=AAAAAAAAAAAAAAAAAAAAAA==");
    EXPECT_EQ(appended(Crc64Value{0x659632CB7E4BE261}), "=YeJLfssylmU=");
    EXPECT_EQ(appended(BlobType::block), "=BlockBlob");
}

}  // namespace
}  // namespace lazulite
