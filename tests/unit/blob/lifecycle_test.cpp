#include "blob/domain/lifecycle.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using Action = LifecycleAction;
using std::chrono::days;

const Instant kNow = std::chrono::sys_days(std::chrono::November / 22 / 2026);
constexpr std::optional<Action> kNothing;

LifecycleRule a_rule() {
    LifecycleRule rule;
    rule.types = {BlobType::block};
    return rule;
}
LifecyclePolicy only(const LifecycleRule& rule) { return {{rule}}; }
LifecyclePolicy when_modified(Action action, std::int64_t age) {
    LifecycleRule rule = a_rule();
    rule.actions[0].of(action) = LifecycleAge{.modified = age};
    return only(rule);
}
LifecycleSubject a_blob(int age) {
    LifecycleSubject blob;
    blob.path = "con/logs/a";
    blob.created = blob.modified = kNow - days(age);
    return blob;
}

TEST(Lifecycle, AnAgeMustBeExceeded) {
    const LifecyclePolicy policy = when_modified(Action::to_cool, 30);
    EXPECT_EQ(decide(policy, a_blob(30), kNow), kNothing);
    EXPECT_EQ(decide(policy, a_blob(30), kNow + Ticks(1)), Action::to_cool);
    EXPECT_EQ(decide(when_modified(Action::remove, 0), a_blob(0), kNow), kNothing);
    EXPECT_EQ(decide(when_modified(Action::remove, 0), a_blob(0), kNow + Ticks(1)), Action::remove);
}

TEST(Lifecycle, OfSeveralTheLeastExpensiveIsDone) {
    LifecycleRule rule = a_rule();
    rule.actions[0].of(Action::to_cool) = LifecycleAge{.modified = 30};
    rule.actions[0].of(Action::to_archive) = LifecycleAge{.modified = 90};
    rule.actions[0].of(Action::remove) = LifecycleAge{.modified = 365};
    EXPECT_EQ(decide(only(rule), a_blob(31), kNow), Action::to_cool);
    EXPECT_EQ(decide(only(rule), a_blob(91), kNow), Action::to_archive);
    EXPECT_EQ(decide(only(rule), a_blob(366), kNow), Action::remove);
    LifecycleRule other = a_rule();
    other.actions[0].of(Action::to_cold) = LifecycleAge{.modified = 1};
    EXPECT_EQ(decide({{rule, other}}, a_blob(31), kNow), Action::to_cold);
}

// Rows: the tier a blob has; columns: tierToCool, tierToCold, tierToArchive.
TEST(Lifecycle, TiersGoDownOnly) {
    const struct {
        AccessTier tier;
        bool cool, cold, archive;
    } rows[] = {{AccessTier::hot, true, true, true},
                {AccessTier::cool, false, true, true},
                {AccessTier::cold, false, false, true},
                {AccessTier::archive, false, false, false}};
    for (const auto& row : rows) {
        LifecycleSubject blob = a_blob(10);
        blob.tier = row.tier;
        EXPECT_EQ(decide(when_modified(Action::to_cool, 1), blob, kNow).has_value(), row.cool) << name_of(row.tier);
        EXPECT_EQ(decide(when_modified(Action::to_cold, 1), blob, kNow).has_value(), row.cold) << name_of(row.tier);
        EXPECT_EQ(decide(when_modified(Action::to_archive, 1), blob, kNow).has_value(), row.archive) << name_of(row.tier);
        EXPECT_EQ(decide(when_modified(Action::remove, 1), blob, kNow), Action::remove) << name_of(row.tier);
    }
}

TEST(Lifecycle, ABlobOnItsWayOutOfTheArchiveIsLeftAlone) {
    LifecycleSubject blob = a_blob(10);
    blob.tier = AccessTier::archive;
    blob.leaving_archive = true;
    EXPECT_EQ(decide(when_modified(Action::to_cool, 1), blob, kNow), kNothing);
}

TEST(Lifecycle, FiltersMustAllBeMet) {
    LifecycleRule rule = a_rule();
    rule.actions[0].of(Action::remove) = LifecycleAge{.modified = 1};
    rule.prefixes = {"other/", "con/logs"};
    rule.tags = {{"keep", "no"}};
    LifecycleSubject blob = a_blob(10);
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    const std::string tags = TagSet::of({{"keep", "no"}, {"more", "1"}})->pack();
    blob.tags = tags;
    EXPECT_EQ(decide(only(rule), blob, kNow), Action::remove);
    blob.path = "con/log";
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob.path = "con/LOGS/a";
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob = a_blob(10);
    blob.tags = tags;
    blob.type = BlobType::append;
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    rule.enabled = false;
    EXPECT_EQ(decide(only(rule), a_blob(10), kNow), kNothing);
}

TEST(Lifecycle, KindsHaveActionsOfTheirOwn) {
    LifecycleRule rule = a_rule();
    rule.actions[1].of(Action::remove) = LifecycleAge{.created = 1};
    LifecycleSubject blob = a_blob(10);
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob.kind = LifecycleKind::version;
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob.kind = LifecycleKind::snapshot;
    EXPECT_EQ(decide(only(rule), blob, kNow), Action::remove);
    EXPECT_TRUE(only(rule).concerns(LifecycleKind::snapshot));
    EXPECT_FALSE(only(rule).concerns(LifecycleKind::version));
}

TEST(Lifecycle, LastAccessCountsWhereItIsKnown) {
    LifecycleRule rule = a_rule();
    rule.actions[0].of(Action::to_cool) = LifecycleAge{.accessed = 30};
    LifecycleSubject blob = a_blob(100);
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob.accessed = kNow - days(29);
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob.accessed = kNow - days(31);
    EXPECT_EQ(decide(only(rule), blob, kNow), Action::to_cool);
}

TEST(Lifecycle, AnAccessMovesBackToHotWhatARuleWithThatSwitchSpeaksOf) {
    LifecycleRule rule = a_rule();
    rule.actions[0].of(Action::to_cool) = LifecycleAge{.accessed = 30};
    rule.prefixes = {"con/logs/"};
    rule.tags = {{"k", "v"}};
    const std::string tags = TagSet::of({{"k", "v"}}).value().pack();
    EXPECT_FALSE(only(rule).moves_back_to_hot());
    EXPECT_FALSE(moves_back_to_hot(only(rule), "con/logs/a", tags));
    rule.actions[0].back_to_hot = true;
    EXPECT_TRUE(only(rule).moves_back_to_hot());
    EXPECT_TRUE(moves_back_to_hot(only(rule), "con/logs/a", tags));
    EXPECT_FALSE(moves_back_to_hot(only(rule), "con/other", tags));
    EXPECT_FALSE(moves_back_to_hot(only(rule), "con/logs/a", ""));
    rule.enabled = false;
    EXPECT_FALSE(only(rule).moves_back_to_hot());
    EXPECT_FALSE(moves_back_to_hot(only(rule), "con/logs/a", tags));
}

TEST(Lifecycle, APolicyKnowsWhichActionsItHas) {
    const LifecyclePolicy policy = when_modified(Action::to_cold, 1);
    EXPECT_TRUE(policy.has(Action::to_cold));
    EXPECT_FALSE(policy.has(Action::to_cool));
    EXPECT_FALSE(policy.has(Action::remove));
}

TEST(Lifecycle, RehydratedBlobsStayForTheDaysSinceTheirTierChanged) {
    LifecycleRule rule = a_rule();
    rule.actions[0].of(Action::to_archive) = LifecycleAge{.modified = 90, .tier_changed = 7};
    LifecycleSubject blob = a_blob(200);
    blob.tier_changed = kNow - days(6);
    EXPECT_EQ(decide(only(rule), blob, kNow), kNothing);
    blob.tier_changed = kNow - days(8);
    EXPECT_EQ(decide(only(rule), blob, kNow), Action::to_archive);
}

TEST(Lifecycle, ContainersThatNoPrefixReachesAreSkipped) {
    LifecycleRule rule = a_rule();
    rule.prefixes = {"logs/2026", "im"};
    const LifecyclePolicy policy = only(rule);
    EXPECT_TRUE(policy.concerns("logs"));
    EXPECT_TRUE(policy.concerns("images"));
    EXPECT_FALSE(policy.concerns("log"));
    EXPECT_FALSE(policy.concerns("logs2"));
    EXPECT_FALSE(policy.concerns("i"));
}

}  // namespace
}  // namespace lazulite::blob
