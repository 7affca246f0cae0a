#include "blob/domain/tags.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

std::optional<ErrorCode> refusal(std::vector<BlobTag> tags) {
    const auto set = TagSet::of(std::move(tags));
    return set ? std::nullopt : std::optional(set.error().code());
}

std::vector<BlobTag> so_many(std::size_t count) {
    std::vector<BlobTag> tags;
    for (std::size_t i = 0; i < count; ++i) tags.push_back({"k" + std::to_string(i), ""});
    return tags;
}

TEST(Tags, TenWithLongestKeyAndValueAreAllowed) {
    EXPECT_EQ(refusal({}), std::nullopt);
    EXPECT_EQ(refusal(so_many(10)), std::nullopt);
    EXPECT_EQ(refusal({{std::string(128, 'k'), std::string(256, 'v')}}), std::nullopt);
    EXPECT_EQ(refusal({{"aZ09 +-./:=_", "aZ09 +-./:=_"}}), std::nullopt);
    EXPECT_EQ(refusal({{"a", ""}, {"A", ""}}), std::nullopt);
}

TEST(Tags, WhatIsTooMuchOrNotAllowedIsRefused) {
    EXPECT_EQ(refusal(so_many(11)), ErrorCode::tags_too_large);
    EXPECT_EQ(refusal({{std::string(129, 'k'), ""}}), ErrorCode::tags_too_large);
    EXPECT_EQ(refusal({{"k", std::string(257, 'v')}}), ErrorCode::tags_too_large);
    EXPECT_EQ(refusal({{"", "v"}}), ErrorCode::empty_tag_name);
    EXPECT_EQ(refusal({{"k", "1"}, {"j", "2"}, {"k", "1"}}), ErrorCode::duplicate_tag_names);
    for (const std::string_view bad : {"%", "a,b", "'", "\"", "<", "\\", "\t", "\xc3\xa4"}) {
        EXPECT_EQ(refusal({{std::string(bad), ""}}), ErrorCode::invalid_input) << bad;
        EXPECT_EQ(refusal({{"k", std::string(bad)}}), ErrorCode::invalid_input) << bad;
    }
}

TEST(Tags, ComeBackFromTheirPackedFormInTheOrderOfTheirKeys) {
    const auto set = TagSet::of({{"b", std::string(256, 'x')}, {"a", ""}, {"B", "1"}});
    ASSERT_TRUE(set);
    const TagSet back = TagSet::unpack(set->pack());
    const std::vector<BlobTag> expected{{"B", "1"}, {"a", ""}, {"b", std::string(256, 'x')}};
    EXPECT_EQ(std::vector(back.begin(), back.end()), expected);
    EXPECT_EQ(TagSet().pack(), "");
    EXPECT_EQ(*back.find("B"), "1");
    EXPECT_EQ(back.find("c"), nullptr);
}

}  // namespace
}  // namespace lazulite::blob
