#include "blob/domain/tag_filter.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

using Level = TagQuery::Level;

TagSet a_set(std::vector<BlobTag> tags) { return TagSet::of(std::move(tags)).value(); }

/// What every table below asks about.
TagSet the_blob() { return a_set({{"Age", "032"}, {"Status", "In Progress"}, {"a b", "x"}, {"empty", ""}, {"and", "1"}}); }

struct Row {
    std::string_view text;
    bool met;
};

// REST reference, "Find Blobs by Tags", remarks; "Use blob index tags to manage and find data", finding data.
TEST(TagQuery, FindsWhatTheExpressionSays) {
    const Row rows[] = {
        {"Status = 'In Progress'", true},
        {"Status='In Progress'", true},
        {"\"Status\" = 'In Progress'", true},
        {"  Status\t=\n'In Progress'  ", true},
        {"Status = 'in progress'", false},
        {"status = 'In Progress'", false},
        {"Other = 'In Progress'", false},
        {"Status = ''", false},
        {"empty = ''", true},
        {"empty >= ''", true},
        {"empty > ''", false},
        {"\"a b\" = 'x'", true},
        {"\"and\" = '1'", true},
        {"Age > '031'", true},
        {"Age > '032'", false},
        {"Age >= '032'", true},
        {"Age < '032'", false},
        {"Age <= '032'", true},
        {"Age < '4'", true},
        {"Age > '4'", false},
        {"Age >= '000' AND Age < '100'", true},
        {"Age < '100' and Age >= '000'", true},
        {"Age >= '100' And Age < '200'", false},
        {"Age < '032' AND Age >= '100'", false},
        {"Status = 'In Progress' AND Age = '032'", true},
        {"Status = 'In Progress' AND Age = '033'", false},
        {"Missing < 'z'", false},
        {"@container = 'con' AND Age = '032'", true},
        {"Age = '032' AND @container = 'con'", true},
        {"@CONTAINER='con'", true},
    };
    for (const Row& row : rows) {
        const auto query = TagQuery::parse(row.text, Level::account);
        ASSERT_TRUE(query) << row.text;
        EXPECT_EQ(query->matches(the_blob()), row.met) << row.text;
        EXPECT_FALSE(query->matches(TagSet())) << row.text;
    }
}

struct BadRow {
    std::string_view text;
    std::string_view position;  ///< what the message says behind "position "
};

TEST(TagQuery, RefusesTheRestAndSaysWhere) {
    const std::string long_key = "\"" + std::string(129, 'k') + "\" = 'v'";
    const std::string long_value = "k = '" + std::string(257, 'v') + "'";
    const BadRow rows[] = {
        {"", "1: unexpected end"},
        {"Age", "4: unexpected end"},
        {"Age =", "6: unexpected end"},
        {"Age = 032", "7: unexpected '0'"},
        {"Age = '032", "7: unexpected '''"},
        {"'Age' = '032'", "1: unexpected '''"},
        {"1st = '1'", "1: unexpected '1'"},
        {"a-b = '1'", "2: unexpected '-'"},
        {"Age == '1'", "6: unexpected '='"},
        {"Age <> '1'", "5: unexpected '<'"},
        {"Age != '1'", "5: unexpected '!'"},
        {"Age = '1' OR Age = '2'", "11: unexpected 'O'"},
        {"Age = '1' Status = '2'", "11: unexpected 'S'"},
        {"Age = '1'+AND+Status = '2'", "10: unexpected '+'"},
        {"Age = '1' AND", "14: unexpected end"},
        {"NOT Age = '1'", "1: unexpected 'N'"},
        {"and = '1'", "1: unexpected 'a'"},
        {"(Age = '1')", "1: unexpected '('"},
        {"Age = '1')", "10: unexpected ')'"},
        {"\"\" = '1'", "1: unexpected '\"'"},
        {"\"a%\" = '1'", "1: unexpected '\"'"},
        {"Age = 'a%'", "7: unexpected '''"},
        {"Age = 'it''s'", "7: unexpected '''"},
        {long_key, "1: unexpected '\"'"},
        {long_value, "5: unexpected '''"},
        {"Age = '1' AND Age = '2'", "15: several conditions"},
        {"Age = '1' AND Age > '2'", "15: several conditions"},
        {"Age > '1' AND Age > '2'", "15: several conditions"},
        {"Age > '1' AND Age < '2' AND Age < '3'", "29: several conditions"},
        {"@container > 'con'", "12: unexpected '>'"},
        {"@container = con", "14: unexpected 'c'"},
        {"@container = 'a' AND @container = 'b'", "22: unexpected '@'"},
        {"@other = 'a'", "1: unexpected '@'"},
        {"\xc3\xa4 = 'a'", "1: unexpected '\xc3\xa4'"},
    };
    for (const BadRow& row : rows) {
        const auto query = TagQuery::parse(row.text, Level::account);
        ASSERT_FALSE(query) << row.text;
        EXPECT_EQ(query.error().code(), ErrorCode::invalid_query_parameter_value) << row.text;
        const std::string& message = query.error().details()->message;
        const std::string expected =
            "Error parsing query at or near character position " + std::string(row.position);
        EXPECT_EQ(message.substr(0, expected.size()), expected) << row.text;
    }
}

TEST(TagQuery, AsksForTenKeysAtMost) {
    std::string text = "k0 = 'v'";
    for (int i = 1; i < 10; ++i) text += " AND k" + std::to_string(i) + " = 'v'";
    EXPECT_TRUE(TagQuery::parse(text, Level::account));
    EXPECT_FALSE(TagQuery::parse(text + " AND k10 = 'v'", Level::account));
}

TEST(TagQuery, NamesAContainerOnlyWhereTheAccountIsSearched) {
    EXPECT_EQ(TagQuery::parse("@container = 'con' AND a = '1'", Level::account)->container(), "con");
    EXPECT_EQ(TagQuery::parse("a = '1'", Level::account)->container(), std::nullopt);
    EXPECT_FALSE(TagQuery::parse("@container = 'con' AND a = '1'", Level::container));
}

TEST(TagQuery, WalksTheRangeOfOneKey) {
    struct Wanted {
        std::string_view text;
        std::optional<std::string> key;
        std::string first;
        std::optional<std::string> last;
    };
    const Wanted rows[] = {
        {"a = '5'", "a", "5", "5"},
        {"a > '5'", "a", "5", std::nullopt},
        {"a >= '5' AND a < '7'", "a", "5", "7"},
        {"a <= '7' AND a > '5'", "a", "5", "7"},
        {"a < '7'", "a", "", "7"},
        {"a > '5' AND b = '1' AND a < '7'", "b", "1", "1"},
        {"a > '5' AND b > '1' AND b < '9'", "a", "5", std::nullopt},
        {"@container = 'con'", std::nullopt, "", std::nullopt},
    };
    for (const Wanted& row : rows) {
        const auto range = TagQuery::parse(row.text, Level::account)->range();
        EXPECT_EQ(range.key, row.key) << row.text;
        EXPECT_EQ(range.first, row.first) << row.text;
        EXPECT_EQ(range.last, row.last) << row.text;
    }
}

// REST reference, "Specifying conditional headers for Blob service operations", x-ms-if-tags.
TEST(TagCondition, IsMetAsItSays) {
    const Row rows[] = {
        {"Age = '032'", true},
        {"Age <> '032'", false},
        {"Age <> '033'", true},
        {"Missing <> 'x'", true},
        {"Missing = ''", false},
        {"Missing < 'x'", false},
        {"Age >= '032' AND Age <= '032'", true},
        {"Age = '1' OR Age = '032'", true},
        {"Age = '1' or Age = '2'", false},
        {"Age = '1' AND Age = '032' OR empty = ''", true},   // AND binds tighter
        {"empty = '' OR Age = '1' AND Age = '032'", true},
        {"(empty = '' OR Age = '1') AND Age = '033'", false},
        {"NOT Age = '1'", true},
        {"not not Age = '1'", false},
        {"NOT Age = '1' AND empty = 'x'", false},            // NOT binds tightest
        {"NOT (Age = '1' AND empty = 'x')", true},
        {"((Age = '032'))", true},
        {"\"a b\" = 'x' AND \"and\" = '1'", true},
    };
    for (const Row& row : rows) {
        const auto condition = TagCondition::parse(row.text);
        ASSERT_TRUE(condition) << row.text;
        EXPECT_EQ(condition->met_by(the_blob()), row.met) << row.text;
    }
    EXPECT_FALSE(TagCondition().met_by(the_blob()));
}

TEST(TagCondition, OtherTextIsNone) {
    for (const std::string_view text :
         {"", "Age", "Age = ", "Age = 032", "= '1'", "Age = '1' AND", "OR Age = '1'", "(Age = '1'", "Age = '1')", "()",
          "NOT", "Age = '1' Age = '2'", "@container = 'con'", "Age = 'a%'", "NOT = '1'"}) {
        EXPECT_FALSE(TagCondition::parse(text)) << text;
    }
}

TEST(TagCondition, NestsAHundredDeep) {
    const auto nested = [](int depth) {
        return std::string(static_cast<std::size_t>(depth), '(') + "Age = '032'" +
               std::string(static_cast<std::size_t>(depth), ')');
    };
    EXPECT_TRUE(TagCondition::parse(nested(99)));
    EXPECT_FALSE(TagCondition::parse(nested(100)));
    EXPECT_FALSE(TagCondition::parse(nested(100'000)));
}

}  // namespace
}  // namespace lazulite::blob
