#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

#include "base/ids.hpp"

namespace lazulite {
namespace {

bool looks_like_version_4(const std::string& text) {
    if (text.size() != 36 || text[14] != '4' || std::string("89ab").find(text[19]) == std::string::npos) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
        if (dash ? text[i] != '-' : !digit) return false;
    }
    return true;
}

TEST(Guid, TextIsLowerCaseInFiveGroups) {
    const Guid id{{0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF}};
    EXPECT_EQ(id.text(), "00112233-4455-6677-8899-aabbccddeeff");
}

TEST(Guid, BothKindsAreVersion4) {
    for (int i = 0; i < 300; ++i) {  // over the carry of the counter's last byte
        EXPECT_TRUE(looks_like_version_4(Guid::random().text()));
        EXPECT_TRUE(looks_like_version_4(Guid::fast().text()));
    }
}

TEST(Guid, FastOnesDifferWithinAndBetweenThreads) {
    constexpr int kEach = 1000;
    std::vector<std::vector<std::string>> made(4);
    std::vector<std::thread> threads;
    for (auto& ids : made) {
        threads.emplace_back([&ids] {
            for (int i = 0; i < kEach; ++i) ids.push_back(Guid::fast().text());
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<std::string> all;
    for (const auto& ids : made) all.insert(ids.begin(), ids.end());
    EXPECT_EQ(all.size(), made.size() * kEach);
}

TEST(FillRandom, FillsExactlyWhatItWasGiven) {
    std::array<unsigned char, 64> bytes{};
    fill_random(bytes.data() + 16, 32);
    EXPECT_TRUE(std::all_of(bytes.begin(), bytes.begin() + 16, [](unsigned char b) { return b == 0; }));
    EXPECT_TRUE(std::any_of(bytes.begin() + 16, bytes.begin() + 48, [](unsigned char b) { return b != 0; }));
    EXPECT_TRUE(std::all_of(bytes.begin() + 48, bytes.end(), [](unsigned char b) { return b == 0; }));
}

}  // namespace
}  // namespace lazulite
