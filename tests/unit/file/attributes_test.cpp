#include "file/domain/attributes.hpp"

#include <gtest/gtest.h>

namespace lazulite::file {
namespace {

std::string shown(std::string_view text, bool directory = false) {
    const auto attributes = Attributes::parse(text, directory);
    return attributes ? attributes->text() : "refused";
}

TEST(AttributesOfFiles, AreShownAsTheServiceWritesThem) {
    EXPECT_EQ(shown("None"), "None");
    EXPECT_EQ(shown("readonly|HIDDEN"), "ReadOnly | Hidden");
    EXPECT_EQ(shown(" Archive | ReadOnly "), "ReadOnly | Archive");
    EXPECT_EQ(shown("System|Temporary|Offline|NotContentIndexed|NoScrubData"),
              "System | Temporary | Offline | NotContentIndexed | NoScrubData");
}

TEST(AttributesOfFiles, AreThoseOfTheirKind) {
    EXPECT_EQ(shown("Directory"), "refused");
    EXPECT_EQ(shown("None", true), "Directory");
    EXPECT_EQ(shown("Hidden", true), "Hidden | Directory");
    EXPECT_EQ(shown("Directory|System", true), "System | Directory");
    EXPECT_EQ(shown("Temporary", true), "refused");
}

TEST(AttributesOfFiles, AreRefusedWhereTheyAreNone) {
    for (const std::string_view text : {"", "|", "ReadOnly|", "None|Hidden", "ReadOnly, Hidden", "Readable"}) {
        EXPECT_EQ(shown(text), "refused") << text;
    }
}

TEST(AttributesOfFiles, HaveTheBitsOfWin32) {
    EXPECT_EQ(Attributes::parse("ReadOnly|Hidden|System|Archive|Offline", false)->bits(), 0x1027U);
    EXPECT_EQ(kNewDirectory.bits(), 0x10U);
}

}  // namespace
}  // namespace lazulite::file
