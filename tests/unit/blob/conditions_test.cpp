#include "blob/domain/conditions.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using namespace std::chrono_literals;

// 2026-11-20T21:07:12.1234567Z
constexpr Instant kTick{Ticks(17'952'088'321'234'567)};
constexpr std::string_view kEtag = "\"0x8DF474A3F129687\"";
constexpr std::string_view kOther = "\"0x8DF474A3F129688\"";
constexpr std::string_view kSeveral = "\"0x8DF474A3F129688\", \"0x8DF474A3F129687\"";
constexpr std::string_view kWeak = "W/\"0x8DF474A3F129687\"";
constexpr std::string_view kStrangers = "\"0x1\",\"0x2\"";

/// A date header: whole seconds around Last-Modified, 21:07:12.
constexpr std::optional<Instant> kNone;
constexpr std::optional<Instant> kBefore{Instant(Ticks(17'952'088'310'000'000))};
constexpr std::optional<Instant> kSame{Instant(Ticks(17'952'088'320'000'000))};
constexpr std::optional<Instant> kAfter{Instant(Ticks(17'952'088'330'000'000))};

Conditions when(std::string_view match, std::string_view none_match, std::optional<Instant> modified,
                std::optional<Instant> unmodified) {
    Conditions all;
    if (!match.empty()) all.if_match = match;
    if (!none_match.empty()) all.if_none_match = none_match;
    all.if_modified_since = modified;
    all.if_unmodified_since = unmodified;
    return all;
}

struct Row {
    std::string_view match;
    std::string_view none_match;
    std::optional<Instant> modified;
    std::optional<Instant> unmodified;
    std::optional<ErrorCode> fails = std::nullopt;
};

void expect_row(const Row& row, const Result<>& result, std::size_t index) {
    EXPECT_EQ(result.has_value(), !row.fails) << "row " << index;
    if (!result && row.fails) {
        EXPECT_EQ(result.error().code(), *row.fails) << "row " << index;
    }
}

constexpr auto kNotMet = ErrorCode::condition_not_met;
constexpr auto kNotModified = ErrorCode::not_modified;

TEST(ReadConditions, AreAllEvaluated) {
    const Row rows[] = {
        {"", "", kNone, kNone},
        // If-Match
        {kEtag, "", kNone, kNone},
        {"0x8DF474A3F129687", "", kNone, kNone},
        {"*", "", kNone, kNone},
        {kOther, "", kNone, kNone, kNotMet},
        {kSeveral, "", kNone, kNone},
        {kStrangers, "", kNone, kNone, kNotMet},
        {kWeak, "", kNone, kNone, kNotMet},
        {"garbage", "", kNone, kNone, kNotMet},
        {"\"*\"", "", kNone, kNone, kNotMet},
        // If-Unmodified-Since: not later than, by the second
        {"", "", kNone, kBefore, kNotMet},
        {"", "", kNone, kSame},
        {"", "", kNone, kAfter},
        // both of them
        {kEtag, "", kNone, kBefore, kNotMet},
        {kOther, "", kNone, kAfter, kNotMet},
        {kEtag, "", kNone, kSame},
        // If-None-Match
        {"", kEtag, kNone, kNone, kNotModified},
        {"", "0x8DF474A3F129687", kNone, kNone, kNotModified},
        {"", kOther, kNone, kNone},
        {"", kSeveral, kNone, kNone, kNotModified},
        {"", kStrangers, kNone, kNone},
        {"", kWeak, kNone, kNone, kNotModified},
        {"", "W/\"0x1\", W/\"0x8DF474A3F129687\"", kNone, kNone, kNotModified},
        {"", "garbage", kNone, kNone},
        {"", "*", kNone, kNone, ErrorCode::unsatisfiable_condition},
        // If-Modified-Since: later than, by the second
        {"", "", kBefore, kNone},
        {"", "", kSame, kNone, kNotModified},
        {"", "", kAfter, kNone, kNotModified},
        // one of the two is enough
        {"", kEtag, kBefore, kNone},
        {"", kEtag, kSame, kNone, kNotModified},
        {"", kOther, kSame, kNone},
        {"", kOther, kBefore, kNone},
        // every header
        {kEtag, kOther, kBefore, kSame},
        {kEtag, kEtag, kSame, kSame, kNotModified},
        {kOther, kEtag, kSame, kSame, kNotMet},
        {kEtag, kEtag, kSame, kBefore, kNotMet},
        {kEtag, kEtag, kNone, kNone, kNotModified},
        {kEtag, kOther, kNone, kNone},
    };
    std::size_t index = 0;
    for (const Row& row : rows) {
        expect_row(row, check_read(when(row.match, row.none_match, row.modified, row.unmodified), kTick), index++);
    }
}

TEST(WriteConditions, AreMetByWhatExists) {
    const Row rows[] = {
        {"", "", kNone, kNone},
        {kEtag, "", kNone, kNone},
        {"0x8DF474A3F129687", "", kNone, kNone},
        {"*", "", kNone, kNone},
        {kOther, "", kNone, kNone, kNotMet},
        {kWeak, "", kNone, kNone, kNotMet},
        {"", kOther, kNone, kNone},
        {"", kEtag, kNone, kNone, kNotMet},
        {"", kWeak, kNone, kNone, kNotMet},
        {"", "0x8DF474A3F129687", kNone, kNone, kNotMet},
        {"", "", kBefore, kNone},
        {"", "", kSame, kNone, kNotMet},
        {"", "", kAfter, kNone, kNotMet},
        {"", "", kNone, kBefore, kNotMet},
        {"", "", kNone, kSame},
        {"", "", kNone, kAfter},
        // of a pair the ETag decides
        {kEtag, "", kNone, kBefore},
        {kOther, "", kNone, kAfter, kNotMet},
        {"", kOther, kAfter, kNone},
        {"", kEtag, kBefore, kNone, kNotMet},
    };
    std::size_t index = 0;
    for (const Row& row : rows) {
        const Conditions all = when(row.match, row.none_match, row.modified, row.unmodified);
        expect_row(row, check_write(all, kTick), index);
        expect_row(row, check_create(all, kTick), index++);
    }
}

TEST(WriteConditions, OnWhatDoesNotExistFailForIfMatchAlone) {
    const Row rows[] = {
        {"", "", kNone, kNone},           {kEtag, "", kNone, kNone, kNotMet},
        {"*", "", kNone, kNone, kNotMet}, {kEtag, "", kNone, kAfter, kNotMet},
        {"", kEtag, kNone, kNone},        {"", "*", kNone, kNone},
        {"", "", kBefore, kNone},         {"", "", kAfter, kNone},
        {"", "", kNone, kBefore},         {"", "", kNone, kAfter},
        {"", kEtag, kAfter, kNone},
    };
    std::size_t index = 0;
    for (const Row& row : rows) {
        const Conditions all = when(row.match, row.none_match, row.modified, row.unmodified);
        expect_row(row, check_write(all, std::nullopt), index);
        expect_row(row, check_create(all, std::nullopt), index++);
    }
}

TEST(WriteConditions, IfNoneMatchStarMeansCreateOnly) {
    const auto exists = check_create(when("", "*", kNone, kNone), kTick);
    ASSERT_FALSE(exists);
    EXPECT_EQ(exists.error().code(), ErrorCode::blob_already_exists);
    const auto other_write = check_write(when("", "*", kNone, kNone), kTick);
    ASSERT_FALSE(other_write);
    EXPECT_EQ(other_write.error().code(), ErrorCode::condition_not_met);
}

TEST(ConditionCombination, IsOneHeaderOrOneOfTwoPairs) {
    constexpr auto kMultiple = ErrorCode::multiple_condition_headers_not_supported;
    const Row rows[] = {
        {"", "", kNone, kNone},
        {kEtag, "", kNone, kNone},
        {"", kEtag, kNone, kNone},
        {"", "", kSame, kNone},
        {"", "", kNone, kSame},
        {kEtag, "", kNone, kSame},
        {"", kEtag, kSame, kNone},
        {kEtag, kEtag, kNone, kNone, kMultiple},
        {kEtag, "", kSame, kNone, kMultiple},
        {"", kEtag, kNone, kSame, kMultiple},
        {"", "", kSame, kSame, kMultiple},
        {kEtag, kEtag, kSame, kNone, kMultiple},
        {kEtag, "", kSame, kSame, kMultiple},
        {kEtag, kEtag, kNone, kSame, kMultiple},
        {"", kEtag, kSame, kSame, kMultiple},
        {kEtag, kEtag, kSame, kSame, kMultiple},
        // several ETags in one header
        {kSeveral, "", kNone, kNone, kMultiple},
        {"", kSeveral, kNone, kNone, kMultiple},
    };
    std::size_t index = 0;
    for (const Row& row : rows) {
        expect_row(row, check_combination(when(row.match, row.none_match, row.modified, row.unmodified)), index++);
    }
}

TEST(Conditions, KnowWhetherAnyIsGiven) {
    EXPECT_FALSE(Conditions().any());
    EXPECT_TRUE(when("", "", kSame, kNone).any());
    EXPECT_FALSE(when("", "", kSame, kSame).any_etag());
    EXPECT_TRUE(when("", "*", kNone, kNone).any_etag());
}

}  // namespace
}  // namespace lazulite::blob
