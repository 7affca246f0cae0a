#include "blob/domain/immutability.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

constexpr Instant kNow{Ticks(17'952'088'321'234'567)};
constexpr auto kUnlocked = PolicyMode::unlocked;
constexpr auto kLocked = PolicyMode::locked;
constexpr std::optional<PolicyMode> kUnnamed;

template <class T>
ErrorCode error(const Result<T>& result) {
    return result ? ErrorCode::internal_error : result.error().code();
}

TEST(SetPolicy, BeginsUnlockedUnlessItIsSaidOtherwise) {
    EXPECT_EQ(set_policy({}, kNow + 1h, kUnnamed, kNow), (ImmutabilityPolicy{kNow + 1h, kUnlocked}));
    EXPECT_EQ(set_policy({}, kNow + 1h, kLocked, kNow), (ImmutabilityPolicy{kNow + 1h, kLocked}));
}

TEST(SetPolicy, TakesNoDateThatHasPassed) {
    EXPECT_EQ(error(set_policy({}, kNow, kUnnamed, kNow)), ErrorCode::invalid_header_value);
    EXPECT_EQ(error(set_policy({}, kNow - 1h, kLocked, kNow)), ErrorCode::invalid_header_value);
}

TEST(SetPolicy, UnlockedIsShortenedExtendedAndLocked) {
    const ImmutabilityPolicy current{kNow + 5h, kUnlocked};
    EXPECT_EQ(set_policy(current, kNow + 1h, kUnnamed, kNow), (ImmutabilityPolicy{kNow + 1h, kUnlocked}));
    EXPECT_EQ(set_policy(current, kNow + 9h, kUnlocked, kNow), (ImmutabilityPolicy{kNow + 9h, kUnlocked}));
    EXPECT_EQ(set_policy(current, kNow + 1h, kLocked, kNow), (ImmutabilityPolicy{kNow + 1h, kLocked}));
}

TEST(SetPolicy, LockedIsExtendedAlone) {
    const ImmutabilityPolicy current{kNow + 5h, kLocked};
    EXPECT_EQ(set_policy(current, kNow + 9h, kLocked, kNow), (ImmutabilityPolicy{kNow + 9h, kLocked}));
    EXPECT_EQ(set_policy(current, kNow + 9h, kUnnamed, kNow), (ImmutabilityPolicy{kNow + 9h, kLocked}));
    EXPECT_EQ(error(set_policy(current, kNow + 4h, kLocked, kNow)), ErrorCode::blob_immutable_due_to_policy);
    EXPECT_EQ(error(set_policy(current, kNow + 9h, kUnlocked, kNow)), ErrorCode::blob_immutable_due_to_policy);
    const ImmutabilityPolicy over{kNow - 5h, kLocked};
    EXPECT_EQ(error(set_policy(over, kNow + 9h, kUnlocked, kNow)), ErrorCode::blob_immutable_due_to_policy);
}

TEST(DeletePolicy, OnlyWhenItIsUnlocked) {
    EXPECT_TRUE(check_policy_deletable({}));
    EXPECT_TRUE(check_policy_deletable(ImmutabilityPolicy{kNow, kUnlocked}));
    EXPECT_EQ(error(check_policy_deletable(ImmutabilityPolicy{kNow, kLocked})),
              ErrorCode::immutability_policy_delete_on_locked_policy);
}

TEST(Protected, FromBeingDeletedUntilThePolicyIsOverAndTheHoldCleared) {
    const ImmutabilityPolicy active{kNow + 1h, kUnlocked};
    const ImmutabilityPolicy over{kNow, kLocked};
    EXPECT_TRUE(check_deletable({}, kNow));
    EXPECT_TRUE(check_deletable({over, false}, kNow));
    EXPECT_EQ(error(check_deletable({active, {}}, kNow)), ErrorCode::blob_immutable_due_to_policy);
    EXPECT_EQ(error(check_deletable({{}, true}, kNow)), ErrorCode::blob_immutable_due_to_legal_hold);
    EXPECT_EQ(error(check_deletable({active, true}, kNow)), ErrorCode::blob_immutable_due_to_legal_hold);
}

TEST(Protected, FromBeingChangedAsLongAsThereIsAPolicy) {
    EXPECT_TRUE(check_changeable({}));
    EXPECT_TRUE(check_changeable({{}, false}));
    EXPECT_EQ(error(check_changeable({ImmutabilityPolicy{kNow - 1h, kUnlocked}, {}})),
              ErrorCode::blob_immutable_due_to_policy);
    EXPECT_EQ(error(check_changeable({{}, true})), ErrorCode::blob_immutable_due_to_legal_hold);
}

}  // namespace
}  // namespace lazulite::blob
