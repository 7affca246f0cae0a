#include "table/domain/key.hpp"

#include <gtest/gtest.h>

namespace lazulite::table {
namespace {

ErrorCode refusal(const Result<>& result) { return result ? ErrorCode::not_implemented : result.error().code(); }

TEST(Keys, MayHold512Utf16Units) {
    EXPECT_TRUE(check_key(std::string(512, 'a')));
    EXPECT_EQ(refusal(check_key(std::string(513, 'a'))), ErrorCode::key_value_too_large);
    std::string faces;
    for (int i = 0; i < 256; ++i) faces += "\xF0\x9F\x98\x80";
    EXPECT_TRUE(check_key(faces));
    EXPECT_EQ(refusal(check_key(faces + "a")), ErrorCode::key_value_too_large);
}

TEST(Keys, MayNotHoldSlashesHashesQuestionMarksAndControls) {
    for (const std::string bad : {"a/b", "a\\b", "a#b", "a?b", "a\tb", "a\nb", "\x7F", "\xC2\x80", "\xC2\x9F"}) {
        EXPECT_EQ(refusal(check_key(bad)), ErrorCode::out_of_range_input) << bad;
    }
    for (const std::string good : {"", " ", "'", "a+b", "100%", "\xC2\xA0", "\xC3\xBC", "a&b=c", "(x)", "a,b"}) {
        EXPECT_TRUE(check_key(good)) << good;
    }
}

TEST(Keys, AreSortedByUtf16UnitAndComeBack) {
    const std::string face = "\xF0\x9F\x98\x80";
    const std::string half_width = "\xEF\xBD\xA1";
    EXPECT_LT(sortable(face), sortable(half_width));
    EXPECT_LT(sortable("\xED\x9F\xBF"), sortable(face));
    // U+10000 and U+10400: D800 DC00 and D801 DC00.
    EXPECT_EQ(sortable("\xF0\x90\x80\x80"), "\xED\xA0\x80\xED\xB0\x80");
    EXPECT_EQ(sortable("\xF0\x90\x90\x80"), "\xED\xA0\x81\xED\xB0\x80");
    for (const std::string& key :
         {std::string(), std::string("abc"), std::string("\xF0\x90\x80\x80"), std::string("\xF0\x90\x8F\xBF"), face,
          "x" + face + "y" + half_width, std::string("\xF4\x8F\xBF\xBF")}) {
        EXPECT_EQ(from_sortable(sortable(key)), key);
    }
}

TEST(Keys, AreReadFromUrlsInEitherOrder) {
    EXPECT_EQ(*parse_key("PartitionKey='p',RowKey='r'"), (EntityKey{"p", "r"}));
    EXPECT_EQ(*parse_key("RowKey='r', PartitionKey='p'"), (EntityKey{"p", "r"}));
    EXPECT_EQ(*parse_key("PartitionKey='',RowKey=''"), (EntityKey{"", ""}));
    EXPECT_EQ(*parse_key("PartitionKey='it''s',RowKey=''''"), (EntityKey{"it's", "'"}));
    EXPECT_EQ(*parse_key("PartitionKey='a,RowKey=',RowKey='(b)'"), (EntityKey{"a,RowKey=", "(b)"}));
}

TEST(Keys, OfAnotherFormAreRefused) {
    for (const auto* bad :
         {"", "PartitionKey='p'", "RowKey='r'", "PartitionKey='p',PartitionKey='q'", "PartitionKey=p,RowKey=r",
          "PartitionKey='p',RowKey='r", "PartitionKey='p',RowKey='r'x", "PartitionKey='p';RowKey='r'",
          "partitionkey='p',rowkey='r'", "PartitionKey='p',RowKey='r',", "'p'"}) {
        const auto key = parse_key(bad);
        ASSERT_FALSE(key) << bad;
        EXPECT_EQ(key.error().code(), ErrorCode::invalid_input) << bad;
    }
}

TEST(Keys, AreQuotedWithQuotesDoubled) {
    EXPECT_EQ(quoted("it's"), "'it''s'");
    EXPECT_EQ(unquoted("'it''s'"), "it's");
    EXPECT_EQ(unquoted("''"), "");
    EXPECT_FALSE(unquoted("'a'b"));
    EXPECT_FALSE(unquoted("'a"));
    EXPECT_FALSE(unquoted("a"));
}

TEST(TableNames, BeginWithALetterAndHoldLettersAndDigits) {
    EXPECT_TRUE(check_table_name("abc", false));
    EXPECT_TRUE(check_table_name("A" + std::string(62, '9'), false));
    EXPECT_EQ(refusal(check_table_name("ab", false)), ErrorCode::out_of_range_input);
    EXPECT_EQ(refusal(check_table_name(std::string(64, 'a'), false)), ErrorCode::out_of_range_input);
    for (const auto* bad : {"1abc", "patient_records", "a-b-c", "a b c", "tab\xC3\xBC"}) {
        EXPECT_EQ(refusal(check_table_name(bad, false)), ErrorCode::invalid_resource_name) << bad;
    }
    EXPECT_EQ(refusal(check_table_name("Tables", false)), ErrorCode::invalid_input);
    EXPECT_TRUE(check_table_name("patient_records", true));
    EXPECT_EQ(refusal(check_table_name("_patients", true)), ErrorCode::invalid_resource_name);
}

TEST(KeySpans, AreClippedToWhatASasReaches) {
    const KeySpan within{{"b", "2"}, KeyPosition{"d", ""}};
    const KeySpans spans{
        {{"", ""}, KeyPosition{"a", ""}}, {{"a", "5"}, KeyPosition{"b", "3"}}, {{"c", ""}, std::nullopt}};
    EXPECT_EQ(clipped(spans, within),
              (KeySpans{{{"b", "2"}, KeyPosition{"b", "3"}}, {{"c", ""}, KeyPosition{"d", ""}}}));
    EXPECT_TRUE(contains(within, {"b", "2"}));
    EXPECT_FALSE(contains(within, {"b", "1"}));
    EXPECT_TRUE(contains(within, {"c", ""}));
    EXPECT_FALSE(contains(within, {"d", ""}));
    EXPECT_TRUE(contains({{"b", ""}, after({"b", "x"})}, {"b", "x"}));
}

}  // namespace
}  // namespace lazulite::table
