#include "blob/domain/tier.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

constexpr Instant kBegin{Ticks(17'952'088'321'234'567)};
constexpr auto kStandard = RehydratePriority::standard;
constexpr auto kHigh = RehydratePriority::high;
constexpr std::optional<RehydratePriority> kUnnamed;

Tier tier(AccessTier set) { return {set, kBegin, std::nullopt, {}}; }

Tier leaving(AccessTier to, RehydratePriority priority, Instant due) {
    Tier pending = tier(AccessTier::archive);
    pending.rehydration = Rehydration{to, priority, due};
    return pending;
}

TEST(SetTier, MovesAnOnlineBlobAtOnce) {
    const Instant now = kBegin + 5min;
    for (const AccessTier wanted : {AccessTier::hot, AccessTier::cool, AccessTier::cold, AccessTier::archive}) {
        const auto moved = set_tier(Tier{}, wanted, kUnnamed, now);
        ASSERT_TRUE(moved);
        EXPECT_EQ(moved->set, wanted);
        EXPECT_EQ(moved->changed, now);
        EXPECT_FALSE(moved->rehydration);
    }
}

TEST(SetTier, ToTheSameTierChangesNothing) {
    for (const AccessTier same : {AccessTier::hot, AccessTier::cool, AccessTier::archive, AccessTier::smart}) {
        EXPECT_EQ(set_tier(tier(same), same, kHigh, kBegin + 5min), tier(same));
    }
}

TEST(SetTier, OutOfTheArchiveTakesFifteenHoursOrOne) {
    const auto standard = set_tier(tier(AccessTier::archive), AccessTier::cool, kUnnamed, kBegin);
    ASSERT_TRUE(standard);
    EXPECT_EQ(*standard, leaving(AccessTier::cool, kStandard, kBegin + 15h));
    const auto high = set_tier(tier(AccessTier::archive), AccessTier::hot, kHigh, kBegin);
    ASSERT_TRUE(high);
    EXPECT_EQ(*high, leaving(AccessTier::hot, kHigh, kBegin + 1h));
}

TEST(SetTier, RaisesThePriorityOfWhatIsPendingAndNothingElse) {
    const Tier pending = leaving(AccessTier::cool, kStandard, kBegin + 15h);
    EXPECT_EQ(set_tier(pending, AccessTier::cool, kHigh, kBegin + 2h), leaving(AccessTier::cool, kHigh, kBegin + 3h));
    EXPECT_EQ(set_tier(pending, AccessTier::cool, kHigh, kBegin + 14h + 30min),
              leaving(AccessTier::cool, kHigh, kBegin + 15h));
    EXPECT_EQ(set_tier(pending, AccessTier::cool, kUnnamed, kBegin + 2h), pending);
    for (const AccessTier other : {AccessTier::hot, AccessTier::cold, AccessTier::archive}) {
        const auto refused = set_tier(pending, other, kHigh, kBegin + 2h);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::blob_being_rehydrated);
    }
    const Tier urgent = leaving(AccessTier::cool, kHigh, kBegin + 1h);
    EXPECT_EQ(set_tier(urgent, AccessTier::cool, kUnnamed, kBegin + 30min), urgent);
    const auto lowered = set_tier(urgent, AccessTier::cool, kStandard, kBegin + 30min);
    ASSERT_FALSE(lowered);
    EXPECT_EQ(lowered.error().code(), ErrorCode::blob_being_rehydrated);
}

TEST(TierAt, EndsARehydrationWhenItIsDue) {
    const Tier pending = leaving(AccessTier::cold, kStandard, kBegin + 15h);
    EXPECT_EQ(tier_at(pending, kBegin + 15h - 1s), pending);
    const Tier arrived = tier_at(pending, kBegin + 15h);
    EXPECT_EQ(arrived.set, AccessTier::cold);
    EXPECT_EQ(arrived.changed, kBegin + 15h);
    EXPECT_FALSE(arrived.rehydration);
}

TEST(TierOfNew, IsTheOneAskedForElseThatOfTheBlobReplaced) {
    const Instant now = kBegin + 5min;
    EXPECT_EQ(tier_of_new(std::nullopt, std::nullopt, now), Tier{});
    EXPECT_EQ(tier_of_new(std::nullopt, Tier{}, now), Tier{});
    EXPECT_EQ(tier_of_new(std::nullopt, tier(AccessTier::cool), now), tier(AccessTier::cool));
    EXPECT_EQ(tier_of_new(AccessTier::cool, tier(AccessTier::cool), now), tier(AccessTier::cool));
    const Tier asked = tier_of_new(AccessTier::cold, tier(AccessTier::cool), now);
    EXPECT_EQ(asked.set, AccessTier::cold);
    EXPECT_EQ(asked.changed, now);
    EXPECT_EQ(tier_of_new(AccessTier::hot, std::nullopt, now).set, AccessTier::hot);
}

TEST(CheckOnline, RefusesTheArchiveAndWhatIsLeavingIt) {
    for (const AccessTier online : {AccessTier::hot, AccessTier::cool, AccessTier::cold, AccessTier::smart}) {
        EXPECT_TRUE(check_online(tier(online)));
    }
    EXPECT_TRUE(check_online(Tier{}));
    EXPECT_EQ(check_online(tier(AccessTier::archive)).error().code(), ErrorCode::blob_archived);
    EXPECT_EQ(check_online(leaving(AccessTier::hot, kHigh, kBegin + 1h)).error().code(), ErrorCode::blob_being_rehydrated);
}

TEST(SmartTier, CoolsDownWithTheDaysWithoutAccess) {
    EXPECT_EQ(smart_tier_at(kBegin, kBegin), AccessTier::hot);
    EXPECT_EQ(smart_tier_at(kBegin, kBegin + 30 * 24h - 1s), AccessTier::hot);
    EXPECT_EQ(smart_tier_at(kBegin, kBegin + 30 * 24h), AccessTier::cool);
    EXPECT_EQ(smart_tier_at(kBegin, kBegin + 90 * 24h - 1s), AccessTier::cool);
    EXPECT_EQ(smart_tier_at(kBegin, kBegin + 90 * 24h), AccessTier::cold);
}

TEST(SmartTier, NotesOneAccessADay) {
    Tier smart = tier(AccessTier::smart);
    smart.accessed = kBegin;
    EXPECT_FALSE(notes_access(smart, kBegin + 24h - 1s));
    EXPECT_TRUE(notes_access(smart, kBegin + 24h));
    EXPECT_FALSE(notes_access(tier(AccessTier::cool), kBegin + 48h));
    EXPECT_EQ(tier_of_new(std::nullopt, smart, kBegin + 3h).accessed, kBegin + 3h);
    EXPECT_EQ(tier_of_new(AccessTier::smart, std::nullopt, kBegin).accessed, kBegin);
}

}  // namespace
}  // namespace lazulite::blob
