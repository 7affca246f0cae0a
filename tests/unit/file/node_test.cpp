#include "file/domain/node.hpp"

#include <gtest/gtest.h>

namespace lazulite::file {
namespace {

TEST(ModesOfFiles, AreFourOctalDigitsOrNineLetters) {
    EXPECT_EQ(parse_mode("0755"), 0755U);
    EXPECT_EQ(parse_mode("7777"), 07777U);
    EXPECT_EQ(parse_mode("rwxr-x--x"), 0751U);
    EXPECT_EQ(parse_mode("---------"), 0U);
    for (const std::string_view text : {"", "755", "0758", "00755", "+755", "rwxrwxrw", "wrxrwxrwx"}) {
        EXPECT_EQ(parse_mode(text), std::nullopt) << text;
    }
    EXPECT_EQ(mode_text(0664), "0664");
    EXPECT_EQ(mode_text(01777), "1777");
}

TEST(TimesOfFiles, AreNowThoseThereAreOrThoseGiven) {
    const Instant now(Ticks(300));
    const Instant there(Ticks(200));
    EXPECT_EQ((FileTime{FileTime::Kind::now, {}}.at(now, there)), now);
    EXPECT_EQ((FileTime{FileTime::Kind::preserve, {}}.at(now, there)), there);
    EXPECT_EQ((FileTime{FileTime::Kind::given, Instant(Ticks(100))}.at(now, there)), Instant(Ticks(100)));
}

}  // namespace
}  // namespace lazulite::file
