#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

/// One row of four fields: 12, abc, 2.5 and none in it.
std::string value_of(std::string_view expression) {
    const Answer answer = ask("SELECT " + std::string(expression) + " FROM BlobStorage", "12,abc,2.5,\n");
    if (!answer.errors.empty()) return "! " + answer.errors[0].name;
    return answer.data.substr(0, answer.data.size() - 1);
}

struct Case {
    std::string_view expression;
    std::string_view value;
};

void expect_all(std::initializer_list<Case> cases) {
    for (const auto& [expression, value] : cases) EXPECT_EQ(value_of(expression), value) << expression;
}

TEST(Expressions, Arithmetic) {
    expect_all({{"1 + 2 * 3", "7"},
                {"(1 + 2) * 3", "9"},
                {"10 - 4 - 3", "3"},
                {"7 / 2", "3"},
                {"-7 / 2", "-3"},
                {"7 / 2.0", "3.5"},
                {"-7 % 4", "-3"},
                {"7.5 % 2", "1.5"},
                {"-(-5)", "5"},
                {"- - 5", "5"},
                {"_1 * 2", "24"},
                {"_1 + _3", "14.5"},
                {"_2 + 1", "! InvalidTypeConversion"},
                {"1 + NULL", ""},
                {"1 / 0", "! DivideByZero"},
                {"9223372036854775807 + 1", "! ArithmeticOverflow"},
                {"-9223372036854775808", "-9223372036854775808"},
                {"-9223372036854775808 / -1", "! ArithmeticOverflow"},
                {"1e308 * 10", "! ArithmeticOverflow"},
                {".5", "0.5"},
                {"1e3", "1000"}});
}

TEST(Expressions, Comparisons) {
    expect_all({{"1 = 1", "true"},
                {"1 != 1", "false"},
                {"1 <> 2", "true"},
                {"1 < 2", "true"},
                {"2 <= 2", "true"},
                {"1 > 2", "false"},
                {"2 >= 3", "false"},
                {"_1 > 9", "true"},     // a text meets a number: compared as numbers
                {"_1 > '9'", "false"},  // two texts
                {"_3 = 2.50", "true"},
                {"_2 > 9", "! InvalidTypeConversion"},
                {"'a' < 'B'", "false"},  // by bytes
                {"NULL = NULL", ""},
                {"TRUE = 'true'", "true"},
                {"TRUE > FALSE", "true"},
                {"CAST('2020-01-01T00:00Z' AS TIMESTAMP) < '2020-01-01T00:00:01Z'", "true"}});
}

TEST(Expressions, LogicKnowsTheUnknown) {
    expect_all({{"TRUE AND NULL", ""},
                {"FALSE AND NULL", "false"},
                {"TRUE OR NULL", "true"},
                {"FALSE OR NULL", ""},
                {"NOT NULL", ""},
                {"NOT TRUE", "false"},
                {"NOT NOT TRUE", "true"},
                {"TRUE OR FALSE AND FALSE", "true"},
                {"NOT 1 = 2", "true"},
                {"NOT 1 = 2 AND 1 = 1", "true"}});
}

TEST(Expressions, InBetweenAndNull) {
    expect_all({{"2 IN (1, 2, 3)", "true"},
                {"4 IN (1, 2, 3)", "false"},
                {"4 IN (1, NULL)", ""},
                {"4 NOT IN (1, 2)", "true"},
                {"_1 IN ('12', 'x')", "true"},
                {"2 BETWEEN 1 AND 3", "true"},
                {"3 BETWEEN 1 AND 3", "true"},
                {"4 NOT BETWEEN 1 AND 3", "true"},
                {"2 BETWEEN 1 AND 3 AND FALSE", "false"},
                {"NULL IS NULL", "true"},
                {"1 IS NOT NULL", "true"},
                {"_4 IS NULL", "false"},  // an empty text
                {"_4 = ''", "true"},
                {"NULL IS MISSING", "false"},
                {"_5 IS NULL", "! InvalidColumnOrdinal"}});
}

TEST(Expressions, Like) {
    expect_all({{"'abc' LIKE 'abc'", "true"},
                {"'abc' LIKE 'ABC'", "false"},
                {"'abc' LIKE 'a%'", "true"},
                {"'abc' LIKE '%b%'", "true"},
                {"'abc' LIKE '%b'", "false"},
                {"'abc' LIKE '___'", "true"},
                {"'abc' LIKE '__'", "false"},
                {"'\u00e9' LIKE '_'", "true"},
                {"'' LIKE '%'", "true"},
                {"'' LIKE '_'", "false"},
                {"'aXbXc' LIKE 'a%X_'", "true"},
                {"'10%' LIKE '10!%' ESCAPE '!'", "true"},
                {"'10x' LIKE '10!%' ESCAPE '!'", "false"},
                {"'a!b' LIKE 'a!!b' ESCAPE '!'", "true"},
                {"'abc' NOT LIKE 'x%'", "true"},
                {"NULL LIKE 'x'", ""},
                {"'a' LIKE 'a' ESCAPE 'xy'", "! InvalidArgument"}});
}

TEST(Expressions, Casts) {
    expect_all({{"CAST(_1 AS INT)", "12"},
                {"CAST(' 12 ' AS INT)", "12"},
                {"CAST('2.5' AS INT)", "! InvalidTypeConversion"},
                {"CAST(2.9 AS INT)", "2"},
                {"CAST(-2.9 AS int)", "-2"},
                {"CAST(TRUE AS INT)", "1"},
                {"CAST('abc' AS INT)", "! InvalidTypeConversion"},
                {"CAST(_4 AS INT)", "! InvalidTypeConversion"},
                {"CAST(_3 AS FLOAT)", "2.5"},
                {"CAST(12 AS FLOAT)", "12"},
                {"CAST('nan' AS FLOAT)", "! InvalidTypeConversion"},
                {"CAST(12 AS STRING)", "12"},
                {"CAST('TRUE' AS BOOLEAN)", "true"},
                {"CAST(0 AS BOOLEAN)", "false"},
                {"CAST('yes' AS BOOLEAN)", "! InvalidTypeConversion"},
                {"CAST('2017-01-02T03:04:05.006Z' AS TIMESTAMP)", "2017-01-02T03:04:05.006Z"},
                {"CAST(5 AS TIMESTAMP)", "! InvalidTypeConversion"},
                {"CAST(NULL AS INT)", ""}});
}

TEST(Expressions, Texts) {
    expect_all({{"CHAR_LENGTH('abcdefg')", "7"},
                {"CHARACTER_LENGTH('\u00e9\u20ac')", "2"},
                {"LOWER('AbCdEfG \u00c9\u0416\u03a3')", "abcdefg \u00e9\u0436\u03c3"},
                {"UPPER('AbCdEfG \u00e9\u0436\u03c3\u0161')", "ABCDEFG \u00c9\u0416\u03a3\u0160"},
                {"SUBSTRING('123456789', 1, 5)", "23456"},  // the reference's own example counts from 0
                {"SUBSTRING('123456789' FROM 0 FOR 2)", "12"},
                {"SUBSTRING('12345', 3)", "45"},
                {"SUBSTRING('12345', -2, 3)", "1"},
                {"SUBSTRING('12345', 9, 3)", ""},
                {"SUBSTRING('12345', 0, -1)", "! InvalidArgument"},
                {"SUBSTRING('\u00e9\u20acx', 1, 1)", "\u20ac"},
                {"TRIM('  a b ')", "a b"},
                {"TRIM(BOTH '123' FROM '1112211Microsoft22211122')", "Microsoft"},
                {"TRIM(LEADING '0' FROM '0070')", "70"},
                {"TRIM(TRAILING FROM ' a ')", " a"},
                {"TRIM('x' FROM 'xxaxx')", "a"},
                {"TRIM(TRAILING '\u20ac' FROM 'a\u20ac\u20ac')", "a"},
                {"LOWER(NULL)", ""}});
}

TEST(Expressions, Choices) {
    expect_all({{"COALESCE(NULL, 'a', 'b')", "a"},
                {"COALESCE(NULL, NULL)", ""},
                {"NULLIF(1, 1)", ""},
                {"NULLIF(1, 2)", "1"},
                {"NULLIF(_4, '')", ""},
                {"CASE WHEN _1 > 10 THEN 'much' ELSE 'little' END", "much"},
                {"CASE WHEN _1 > 20 THEN 'much' END", ""},
                {"CASE _2 WHEN 'x' THEN 1 WHEN 'abc' THEN 2 ELSE 3 END", "2"},
                {"CASE NULL WHEN NULL THEN 1 ELSE 2 END", "2"}});
}

TEST(Expressions, Times) {
    expect_all({{"DATE_ADD('minute', 1, CAST('2017-01-02T03:04:05.006Z' AS TIMESTAMP))", "2017-01-02T03:05:05.006Z"},
                {"DATE_ADD(month, 1, '2019-01-31')", "2019-02-28T00:00:00Z"},
                {"DATE_ADD('year', -1, '2020-02-29')", "2019-02-28T00:00:00Z"},
                {"DATE_ADD('year', 9000, '2020-02-29')", "! InvalidArgument"},
                {"DATE_DIFF('hour', '2018-11-09T00:00+05:30', '2018-11-09T01:00:23-08:00')", "14"},
                {"DATE_DIFF('day', '2020-03-01T23:00Z', '2020-03-02T01:00Z')", "0"},
                {"DATE_DIFF('month', '2010-01-31', '2010-03-01')", "1"},
                {"DATE_DIFF('year', '2010-12-31', '2010-01-01')", "0"},
                {"DATE_DIFF('day', '2020-03-02', '2020-03-01')", "-1"},
                {"EXTRACT(YEAR FROM '2010-01-01T')", "2010"},
                {"EXTRACT('hour' FROM '2010-01-01T23:15:30-08:30')", "23"},
                {"EXTRACT(timezone_hour FROM '2010-01-01T23:15-08:30')", "-8"},
                {"EXTRACT(timezone_minute FROM '2010-01-01T23:15-08:30')", "-30"},
                {"TO_STRING(CAST('1969-07-20T20:18Z' AS TIMESTAMP), 'MMMM d, y')", "\"July 20, 1969\""},
                {"TO_STRING(_2, 'y')", "! InvalidTypeConversion"},
                {"TO_STRING('2010T', 'q')", "! InvalidArgument"},
                {"TO_TIMESTAMP('2007T')", "2007-01-01T00:00:00Z"},
                {"CAST('2020-02-28' AS TIMESTAMP) + 2", "2020-03-01T00:00:00Z"},
                {"UTCNOW()", "2020-09-13T12:26:40Z"}});
}

}  // namespace
}  // namespace lazulite::blob::query
