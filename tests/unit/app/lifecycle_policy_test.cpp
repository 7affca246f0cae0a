#include "app/lifecycle_policy.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

using nlohmann::json;

/// A rule whose definition has these actions and filters.
json policy_with(const std::string& actions, const std::string& filters = R"({"blobTypes": ["blockBlob"]})") {
    return json::parse(R"({"rules": [{"name": "r", "type": "Lifecycle", "definition": {"actions": )" + actions +
                       R"(, "filters": )" + filters + "}}]}");
}
std::string problem_of(const json& policy) {
    const auto read = read_lifecycle_policy(policy);
    return read ? "none" : read.error();
}

TEST(LifecyclePolicies, ThatOfTheReferenceIsRead) {
    const auto read = read_lifecycle_policy(json::parse(R"({
      "rules": [{
        "enabled": true, "name": "sample-rule", "type": "Lifecycle",
        "definition": {
          "actions": {
            "version": {"delete": {"daysAfterCreationGreaterThan": 90}},
            "baseBlob": {
              "tierToCool": {"daysAfterModificationGreaterThan": 30},
              "tierToArchive": {"daysAfterModificationGreaterThan": 90, "daysAfterLastTierChangeGreaterThan": 7},
              "delete": {"daysAfterModificationGreaterThan": 2555}
            }
          },
          "filters": {"blobTypes": ["blockBlob"], "prefixMatch": ["sample-container/blob1"],
                      "blobIndexMatch": [{"name": "k", "op": "==", "value": "v"}]}
        }
      }]
    })"));
    ASSERT_TRUE(read) << read.error();
    const blob::LifecycleRule& rule = read->rules.at(0);
    EXPECT_EQ(rule.prefixes, std::vector<std::string>{"sample-container/blob1"});
    EXPECT_EQ(rule.tags, (std::vector<blob::BlobTag>{{"k", "v"}}));
    EXPECT_EQ(rule.actions[0].of(blob::LifecycleAction::to_archive)->tier_changed, 7);
    EXPECT_EQ(rule.actions[0].of(blob::LifecycleAction::remove)->modified, 2555);
    EXPECT_EQ(rule.actions[2].of(blob::LifecycleAction::remove)->created, 90);
    EXPECT_FALSE(rule.actions[0].of(blob::LifecycleAction::to_cold));
}

TEST(LifecyclePolicies, AgesByLastAccessAreRead) {
    const auto read = read_lifecycle_policy(policy_with(
        R"({"baseBlob": {"tierToCool": {"daysAfterLastAccessTimeGreaterThan": 30}, "enableAutoTierToHotFromCool": true}})"));
    ASSERT_TRUE(read) << read.error();
    const blob::LifecycleActions& actions = read->rules.at(0).actions[0];
    EXPECT_EQ(actions.of(blob::LifecycleAction::to_cool)->accessed, 30);
    EXPECT_TRUE(actions.back_to_hot);
}

TEST(LifecyclePolicies, MayStandWithinPolicy) {
    const json inner = policy_with(R"({"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 1}}})");
    EXPECT_EQ(problem_of({{"policy", inner}}), "none");
}

TEST(LifecyclePolicies, WhatIsWrongIsSaid) {
    const std::string at = "lifecyclePolicy.rules[0].definition.";
    const auto base = [](const std::string& action) { return policy_with(R"({"baseBlob": )" + action + "}"); };
    EXPECT_EQ(problem_of(json::array()), "lifecyclePolicy is an object");
    EXPECT_EQ(problem_of(json::parse(R"({"rules": []})")), "lifecyclePolicy.rules has 1 to 100 rules");
    EXPECT_EQ(problem_of(policy_with("{}")), at + "actions has baseBlob, snapshot or version");
    EXPECT_EQ(problem_of(base("{}")), at + "actions.baseBlob.delete is missing, or another action");
    EXPECT_EQ(problem_of(base(R"({"delete": {}})")),
              at + "actions.baseBlob.delete.daysAfterModificationGreaterThan is missing, or another age");
    EXPECT_EQ(problem_of(base(R"({"delete": {"daysAfterModificationGreaterThan": 1.5}})")),
              at + "actions.baseBlob.delete.daysAfterModificationGreaterThan is a whole number of days");
    EXPECT_EQ(problem_of(base(R"({"delete": {"daysAfterModificationGreaterThan": 1, "daysAfterCreationGreaterThan": 1}})")),
              at + "actions.baseBlob.delete.daysAfterModificationGreaterThan and the other ages exclude each other");
    EXPECT_EQ(problem_of(base(R"({"delete": {"daysAfterModificationGreaterThan": 1, "daysAfterLastAccessTimeGreaterThan": 1}})")),
              at + "actions.baseBlob.delete.daysAfterModificationGreaterThan and the other ages exclude each other");
    EXPECT_EQ(problem_of(base(R"({"delete": {"daysAfterModificationGreaterThan": 9, "daysAfterLastTierChangeGreaterThan": 1}})")),
              at + "actions.baseBlob.delete.daysAfterLastTierChangeGreaterThan is for tierToArchive alone");
    EXPECT_EQ(problem_of(base(R"({"tierToGlacier": {}})")), at + "actions.baseBlob.tierToGlacier is not known or not offered");
    EXPECT_EQ(problem_of(base(R"({"enableAutoTierToHotFromCool": true, "tierToCool": {"daysAfterCreationGreaterThan": 1}})")),
              at + "actions.baseBlob.enableAutoTierToHotFromCool needs tierToCool.daysAfterLastAccessTimeGreaterThan");
    EXPECT_EQ(problem_of(policy_with(R"({"snapshot": {"delete": {"daysAfterModificationGreaterThan": 1}}})")),
              at + "actions.snapshot.delete.daysAfterCreationGreaterThan is missing");
    const std::string actions = R"({"baseBlob": {"tierToCool": {"daysAfterModificationGreaterThan": 1}}})";
    EXPECT_EQ(problem_of(policy_with(actions, R"({"blobTypes": ["appendBlob"]})")),
              at + "actions.baseBlob.tierToCool is for block blobs; append blobs can only be deleted");
    EXPECT_EQ(problem_of(policy_with(actions, R"({"blobTypes": ["pageBlob"]})")),
              at + "filters.blobTypes has blockBlob and appendBlob, not pageBlob");
    EXPECT_EQ(problem_of(policy_with(actions, R"({"prefixMatch": ["a"]})")),
              at + "filters.blobTypes names blockBlob, appendBlob or both");
    EXPECT_EQ(problem_of(policy_with(actions, R"({"blobTypes": ["blockBlob"], "blobIndexMatch": [{"name": "a", "op": ">", "value": "b"}]})")),
              at + "filters.blobIndexMatch[0].op is ==");
}

}  // namespace
}  // namespace lazulite
