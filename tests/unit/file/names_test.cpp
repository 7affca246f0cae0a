#include "file/domain/names.hpp"

#include <gtest/gtest.h>

namespace lazulite::file {
namespace {

std::string joined(const Result<std::vector<std::string>>& path) {
    if (!path) return path.error().code() == ErrorCode::invalid_resource_name ? "InvalidResourceName" : "another error";
    std::string text;
    for (const std::string& name : *path) text += "[" + name + "]";
    return text;
}

std::string split(std::string_view path, TrailingDots dots = TrailingDots::dropped) { return joined(split_path(path, dots)); }

TEST(NamesOfFiles, AreComponentsOfAPath) {
    EXPECT_EQ(split(""), "");
    EXPECT_EQ(split("/"), "");
    EXPECT_EQ(split("a"), "[a]");
    EXPECT_EQ(split("a/b c/ü.txt"), "[a][b c][ü.txt]");
    EXPECT_EQ(split("a/b/"), "[a][b]");
    EXPECT_EQ(split("a//b"), "InvalidResourceName");
    EXPECT_EQ(split("/a"), "InvalidResourceName");
}

TEST(NamesOfFiles, LoseTheDotsAtTheirEndUnlessTheyAreToBeKept) {
    EXPECT_EQ(split("a./b..txt../.c"), "[a][b..txt][.c]");
    EXPECT_EQ(split("a./b.", TrailingDots::kept), "[a.][b.]");
    EXPECT_EQ(split("..."), "InvalidResourceName");
    EXPECT_EQ(split("...", TrailingDots::kept), "[...]");
    EXPECT_EQ(split("..", TrailingDots::kept), "InvalidResourceName");
}

TEST(NamesOfFiles, HaveNoReservedCharacter) {
    for (const char c : std::string_view("\"\\:|<>*?\x01\x1f\x7f")) {
        EXPECT_EQ(split(std::string("a") + c), "InvalidResourceName") << static_cast<int>(c);
    }
    EXPECT_EQ(split("a\xc2\x85"), "InvalidResourceName");
    EXPECT_EQ(split("a\xc2\xa0"), "[a\xc2\xa0]");
}

TEST(NamesOfFiles, AreNoDevices) {
    for (const std::string_view name : {"LPT1", "lpt9", "COM5", "prn", "AUX", "nul", "Con", "CLOCK$"}) {
        EXPECT_EQ(split(name), "InvalidResourceName") << name;
        EXPECT_EQ(split("d/" + std::string(name) + "/f"), "InvalidResourceName") << name;
    }
    EXPECT_EQ(split("LPT0"), "[LPT0]");
    EXPECT_EQ(split("COM10"), "[COM10]");
    EXPECT_EQ(split("console"), "[console]");
}

TEST(NamesOfFiles, AreAtMost255UnitsOfUtf16) {
    EXPECT_EQ(split(std::string(255, 'a')), "[" + std::string(255, 'a') + "]");
    EXPECT_EQ(split(std::string(256, 'a')), "InvalidResourceName");
    std::string wide;
    for (int i = 0; i < 127; ++i) wide += "\xf0\x9f\x98\x80";
    EXPECT_EQ(split(wide + "a"), "[" + wide + "a]");
    EXPECT_EQ(split(wide + "ab"), "InvalidResourceName");
}

TEST(NamesOfFiles, MakeAPathOfAtMost2048CharactersAnd250Levels) {
    std::string deep = "a";
    for (int i = 1; i < 250; ++i) deep += "/a";
    EXPECT_TRUE(split_path(deep, TrailingDots::dropped));
    EXPECT_EQ(split_path(deep + "/a", TrailingDots::dropped).error().code(), ErrorCode::invalid_file_or_directory_path_name);
    std::string path(255, 'a');
    while (path.size() < 2048) path += "/" + std::string(255, 'a');
    path.resize(2048);
    EXPECT_TRUE(split_path(path, TrailingDots::dropped));
    EXPECT_EQ(split_path(path + "a", TrailingDots::dropped).error().code(), ErrorCode::invalid_file_or_directory_path_name);
}

TEST(KeysOfNames, AreWithoutLetterCaseOnSmbShares) {
    EXPECT_EQ(key_of("ReadMe.TXT", Casing::ignored), "readme.txt");
    EXPECT_EQ(key_of("ÄÖÜß", Casing::ignored), key_of("äöüß", Casing::ignored));
    EXPECT_EQ(key_of("ΑΒΓΣ", Casing::ignored), key_of("αβγσ", Casing::ignored));
    EXPECT_EQ(key_of("σ", Casing::ignored), key_of("ς", Casing::ignored));  // one capital letter, two small ones
    EXPECT_EQ(key_of("ЖЯЁ", Casing::ignored), key_of("жяё", Casing::ignored));
    EXPECT_EQ(key_of("ŠĐ", Casing::ignored), key_of("šđ", Casing::ignored));
    EXPECT_NE(key_of("ß", Casing::ignored), key_of("ss", Casing::ignored));
    EXPECT_EQ(key_of("日本語 😀", Casing::ignored), "日本語 😀");
}

TEST(KeysOfNames, AreTheNamesThemselvesOnNfsShares) { EXPECT_EQ(key_of("ReadMe.Ä", Casing::kept), "ReadMe.Ä"); }

}  // namespace
}  // namespace lazulite::file
