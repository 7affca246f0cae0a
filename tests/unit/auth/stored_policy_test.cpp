#include "auth/stored_policy.hpp"

#include <gtest/gtest.h>

#include "signing.hpp"

namespace lazulite {
namespace {

TEST(StoredPolicies, ComeBackAsTheyWerePacked) {
    const StoredPolicies policies = {{"first", midnight(2026, 1, 1), midnight(2030, 1, 1), "rwdl"},
                                     {"open", {}, {}, ""},
                                     {"\xC3\xBC before 1970", midnight(1601, 1, 1), {}, "lr"},
                                     {"epoch", midnight(1970, 1, 1), {}, ""},
                                     {"expiry", {}, Instant(midnight(2026, 6, 1) + Ticks(1)), ""}};
    EXPECT_EQ(unpack_policies(pack_policies(policies)), policies);
    EXPECT_EQ(pack_policies({}), "");
    EXPECT_TRUE(unpack_policies("").empty());
}

TEST(StoredPolicies, AreFoundByTheirExactId) {
    const StoredPolicies policies = {{"a", {}, {}, "r"}, {"A", {}, {}, "w"}};
    ASSERT_NE(find_policy(policies, "A"), nullptr);
    EXPECT_EQ(find_policy(policies, "A")->permission, "w");
    EXPECT_EQ(find_policy(policies, "b"), nullptr);
    EXPECT_EQ(find_policy(policies, ""), nullptr);
}

}  // namespace
}  // namespace lazulite
