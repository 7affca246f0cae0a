#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

std::string reason_of(std::string_view sql, Format input = DelimitedFormat()) {
    const auto query = prepare(sql, std::move(input), DelimitedFormat());
    if (query) return "";
    EXPECT_EQ(query.error().code(), ErrorCode::error_processing_query_expression) << sql;
    return query.error().details()->elements.at(0).value;
}

TEST(Statement, WhatIsNoStatementIsRefusedWithItsPlace) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", "Expected SELECT at position 0."},
        {"DELETE FROM BlobStorage", "Expected SELECT at position 0."},
        {"SELECT FROM BlobStorage", "Expected a name at position 7."},
        {"SELECT _1, FROM BlobStorage", "Expected a name at position 11."},
        {"SELECT * FROM Elsewhere", "Expected BlobStorage at position 14."},
        {"SELECT * FROM BlobStorage[0]", "Expected '*' at position 26."},
        {"SELECT * FROM BlobStorage WHERE", "Expected a name at position 31."},
        {"SELECT * FROM BlobStorage WHERE _1 = ", "Expected a name at position 37."},
        {"SELECT * FROM BlobStorage WHERE (_1 = 1", "Expected ')' at position 39."},
        {"SELECT * FROM BlobStorage WHERE _1 = 'x", "A quote is not closed at position 37."},
        {"SELECT * FROM BlobStorage WHERE _1 NOT 5", "Expected LIKE, BETWEEN or IN at position 39."},
        {"SELECT * FROM BlobStorage WHERE _1 IS 5", "Expected NULL at position 38."},
        {"SELECT * FROM BlobStorage LIMIT -1", "Expected a whole number at position 32."},
        {"SELECT * FROM BlobStorage LIMIT 1.5", "Expected a whole number at position 32."},
        {"SELECT * FROM BlobStorage ORDER BY _1", "Unexpected text at position 26."},
        {"SELECT * FROM BlobStorage; SELECT", "Unexpected text at position 27."},
        {"SELECT _1 ~ 2 FROM BlobStorage", "Expected FROM at position 10."},
        {"SELECT 1e999 FROM BlobStorage", "The number is out of range at position 7."},
        {"SELECT SQRT(_1) FROM BlobStorage", "Unknown function at position 7."},
        {"SELECT LOWER() FROM BlobStorage", "Wrong number of arguments at position 13."},
        {"SELECT LOWER(_1, _2) FROM BlobStorage", "Wrong number of arguments at position 19."},
        {"SELECT CAST(_1 AS DATE) FROM BlobStorage", "Expected a type at position 18."},
        {"SELECT EXTRACT(week FROM _1) FROM BlobStorage", "Expected a part of a date at position 15."},
        {"SELECT COUNT(*), _1 FROM BlobStorage", "An aggregate stands alone at position 20."},
        {"SELECT MIN(_1), MAX(_1) FROM BlobStorage", "There is more than one aggregate at position 16."},
        {"SELECT LOWER(MAX(_1)) FROM BlobStorage", "Unknown function at position 13."},
        {"SELECT sys.split(10485759) FROM BlobStorage", "A split has at least 10485760 bytes at position 25."},
        {"SELECT name FROM BlobStorage", "Without headers fields are called _1, _2, ...; there is no 'name'."},
        {"SELECT _1.a FROM BlobStorage", "A path needs JSON."},
        {"SELECT * FROM BlobStorage[*].a", "A path behind BlobStorage needs JSON."},
    };
    for (const auto& [sql, reason] : cases) EXPECT_EQ(reason_of(sql), reason) << sql;
    EXPECT_EQ(reason_of("SELECT sys.split(10485760) FROM BlobStorage", JsonFormat()),
              "Only delimited text can be split.");
}

TEST(Statement, HasAtMost49Expressions) {
    std::string columns = "_1";
    for (int i = 2; i <= 49; ++i) columns += ", _" + std::to_string(i);
    EXPECT_EQ(reason_of("SELECT " + columns + " FROM BlobStorage"), "");
    EXPECT_EQ(reason_of("SELECT " + columns + ", _50 FROM BlobStorage").substr(0, 38),
              "There are more than 49 expressions at ");
}

TEST(Statement, HasAtMost256KiB) {
    const std::string_view rest = "SELECT '' FROM BlobStorage";
    const auto padded = [&](std::size_t size) {
        return "SELECT '" + std::string(size - rest.size(), 'x') + "' FROM BlobStorage";
    };
    EXPECT_EQ(reason_of(padded(256 << 10)), "");
    EXPECT_EQ(reason_of(padded((256 << 10) + 1)), "The expression is longer than 256 KiB at position 0.");
}

TEST(Statement, NestsAtMost100Deep) {
    const auto nested = [](std::size_t depth) {
        return "SELECT " + std::string(depth, '(') + "1" + std::string(depth, ')') + " FROM BlobStorage";
    };
    EXPECT_EQ(reason_of(nested(99)), "");
    EXPECT_EQ(reason_of(nested(100)).substr(0, 35), "The expression is nested too deeply");
    EXPECT_EQ(reason_of(nested(100'000)).substr(0, 35), "The expression is nested too deeply");
}

TEST(Statement, LongChainsNestNothing) {
    std::string sum = "1";
    for (int i = 0; i < 50'000; ++i) sum += "+1";
    EXPECT_EQ(
        ask_in_pieces(*prepare("SELECT " + sum + " FROM BlobStorage", DelimitedFormat(), DelimitedFormat()), "x", 1)
            .data,
        "50001\n");
}

}  // namespace
}  // namespace lazulite::blob::query
