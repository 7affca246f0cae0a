#include "base/names.hpp"

#include <gtest/gtest.h>

#include <array>

namespace lazulite {
namespace {

enum class Tier { hot, cool, unlisted };
constexpr auto kTiers = std::to_array<Named<Tier>>({{Tier::hot, "Hot"}, {Tier::cool, "Cool"}});
constexpr std::span<const Named<Tier>> names_of(Tier) {
    return kTiers;
}

TEST(Names, GoBothWays) {
    EXPECT_EQ(name_of(Tier::hot), "Hot");
    EXPECT_EQ(name_of(Tier::cool), "Cool");
    EXPECT_EQ(value_of<Tier>("Hot"), Tier::hot);
    EXPECT_EQ(value_of<Tier>("Cool"), Tier::cool);
}

TEST(Names, CompareWithCase) {
    EXPECT_EQ(value_of<Tier>("hot"), std::nullopt);
}

TEST(Names, LeaveOutWhatIsNotListed) {
    EXPECT_EQ(name_of(Tier::unlisted), "");
    EXPECT_EQ(value_of<Tier>(""), std::nullopt);
    EXPECT_EQ(value_of<Tier>("Hotter"), std::nullopt);
}

}  // namespace
}  // namespace lazulite
