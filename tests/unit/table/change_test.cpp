#include "table/domain/change.hpp"

#include <gtest/gtest.h>

namespace lazulite::table {
namespace {

PackedProperties with(std::string_view name, std::int64_t value) {
    PackedProperties packed;
    packed.add(name, EdmValue::of_integer(EdmType::int32, value));
    return packed;
}

const std::optional<Entity> kThere = Entity{{"p", "r"}, instant_of(7), with("a", 1)};

EntityChange change(ChangeKind kind, EntityCondition when = {}) { return {kind, {"p", "r"}, when, with("b", 2)}; }

ErrorCode refusal(const Result<std::optional<PackedProperties>>& outcome) {
    return outcome ? ErrorCode::not_implemented : outcome.error().code();
}

TEST(EntityChange, InsertNeedsThatNothingIsThere) {
    EXPECT_EQ(**changed(std::nullopt, change(ChangeKind::insert)), with("b", 2));
    EXPECT_EQ(refusal(changed(kThere, change(ChangeKind::insert))), ErrorCode::entity_already_exists);
}

TEST(EntityChange, UpdateReplacesWhatIsThere) {
    EXPECT_EQ(**changed(kThere, change(ChangeKind::update)), with("b", 2));
    EXPECT_EQ(refusal(changed(std::nullopt, change(ChangeKind::update))), ErrorCode::resource_not_found);
}

TEST(EntityChange, MergeKeepsWhatIsNotNamed) {
    PackedProperties both = with("a", 1);
    both.add("b", EdmValue::of_integer(EdmType::int32, 2));
    EXPECT_EQ(**changed(kThere, change(ChangeKind::merge)), both);
    EXPECT_EQ(**changed(kThere, change(ChangeKind::insert_or_merge)), both);
    EXPECT_EQ(refusal(changed(std::nullopt, change(ChangeKind::merge))), ErrorCode::resource_not_found);
}

TEST(EntityChange, UpsertsTakeEither) {
    EXPECT_EQ(**changed(std::nullopt, change(ChangeKind::insert_or_replace)), with("b", 2));
    EXPECT_EQ(**changed(kThere, change(ChangeKind::insert_or_replace)), with("b", 2));
    EXPECT_EQ(**changed(std::nullopt, change(ChangeKind::insert_or_merge)), with("b", 2));
}

TEST(EntityChange, RemoveLeavesNothing) {
    EXPECT_FALSE(changed(kThere, change(ChangeKind::remove))->has_value());
    EXPECT_EQ(refusal(changed(std::nullopt, change(ChangeKind::remove))), ErrorCode::resource_not_found);
}

TEST(EntityChange, ConditionsAreHeldAgainstTheTimestamp) {
    for (const ChangeKind kind : {ChangeKind::update, ChangeKind::merge, ChangeKind::remove}) {
        EXPECT_TRUE(changed(kThere, change(kind, {false, instant_of(7)})));
        EXPECT_EQ(refusal(changed(kThere, change(kind, {false, instant_of(8)}))),
                  ErrorCode::update_condition_not_satisfied);
    }
}

TEST(EntityChange, AMergeMayNotGrowBeyondTheLimits) {
    std::optional<Entity> full = kThere;
    for (int i = 1; i < 252; ++i) {
        full->properties.add("p" + std::to_string(i), EdmValue::of_integer(EdmType::int32, i));
    }
    EXPECT_EQ(refusal(changed(full, change(ChangeKind::merge))), ErrorCode::too_many_properties);
}

}  // namespace
}  // namespace lazulite::table
