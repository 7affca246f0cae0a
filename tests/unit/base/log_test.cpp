#include "base/log.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace lazulite {
namespace {

/// What `speak` prints, with the level set before and set back after.
template <class Speak>
std::string printed_at(log::Level level, Speak speak) {
    log::set_level(level);
    testing::internal::CaptureStdout();
    speak();
    log::set_level(log::Level::info);
    return testing::internal::GetCapturedStdout();
}

TEST(Log, LinesCarryTimeAndLevel) {
    const std::string printed = printed_at(log::Level::debug, [] {
        log::debug("one");
        log::info("two");
        log::warning("three");
        log::error("four");
    });
    const std::string time = R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} )";
    EXPECT_TRUE(std::regex_match(printed, std::regex(time + "debug one\n" + time + "info  two\n" + time +
                                                     "warn  three\n" + time + "error four\n")))
        << printed;
}

TEST(Log, LevelDecidesWhatIsPrinted) {
    const auto speak = [] {
        log::debug("D");
        log::info("I");
        log::warning("W");
        log::error("E");
    };
    const auto letters = [&](log::Level level) {
        std::string found;
        for (const char c : printed_at(level, speak)) {
            if (c >= 'A' && c <= 'Z') found += c;
        }
        return found;
    };
    EXPECT_EQ(letters(log::Level::debug), "DIWE");
    EXPECT_EQ(letters(log::Level::info), "IWE");
    EXPECT_EQ(letters(log::Level::warning), "WE");
    EXPECT_EQ(letters(log::Level::error), "E");
    EXPECT_EQ(letters(log::Level::off), "");
}

TEST(Log, AnnouncementsIgnoreTheLevelAndHaveNoPrefix) {
    EXPECT_EQ(printed_at(log::Level::off, [] { log::announce("Blob service: http://127.0.0.1:10000 {}"); }),
              "Blob service: http://127.0.0.1:10000 {}\n");
}

TEST(Log, TextsCannotForgeLines) {
    const std::string printed = printed_at(log::Level::info, [] { log::info("GET /a\r\n2026 info  {} \x1b[2J%v"); });
    EXPECT_TRUE(printed.ends_with(" info  GET /a??2026 info  {} ?[2J%v\n")) << printed;
}

TEST(Log, ParsesLevelNames) {
    EXPECT_EQ(log::parse_level("debug"), log::Level::debug);
    EXPECT_EQ(log::parse_level("info"), log::Level::info);
    EXPECT_EQ(log::parse_level("warning"), log::Level::warning);
    EXPECT_EQ(log::parse_level("error"), log::Level::error);
    EXPECT_EQ(log::parse_level("off"), log::Level::off);
    EXPECT_EQ(log::parse_level("INFO"), std::nullopt);
    EXPECT_EQ(log::parse_level(""), std::nullopt);
}

}  // namespace
}  // namespace lazulite
