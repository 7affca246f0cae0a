#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

constexpr std::string_view kPeople =
    "name,Age,city\r\nAnn,41,Oslo\r\nBob,7,\"Paris, France\"\r\nCy,70,\"the \"\"old\"\" one\"\r\n";

DelimitedFormat with_headers() {
    DelimitedFormat format;
    format.headers = true;
    return format;
}

TEST(Delimited, EveryRecordGoesThrough) {
    EXPECT_EQ(ask("SELECT * FROM BlobStorage", kPeople).data,
              "name,Age,city\nAnn,41,Oslo\nBob,7,\"Paris, France\"\nCy,70,\"the \"\"old\"\" one\"\n");
    EXPECT_EQ(ask("SELECT * FROM BlobStorage", "a,b\n\nc").data, "a,b\n\nc\n");
    EXPECT_EQ(ask("SELECT * FROM BlobStorage", "").data, "");
    EXPECT_EQ(ask("SELECT * FROM BlobStorage", "\n").data, "\n");
    EXPECT_EQ(ask("SELECT * FROM BlobStorage",
                  "\xef\xbb\xbf"
                  "a\n")
                  .data,
              "a\n");
}

TEST(Delimited, FieldsAreFoundByHeaderAndByPosition) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"SELECT city FROM BlobStorage", "Oslo\n\"Paris, France\"\n\"the \"\"old\"\" one\"\n"},
        {"SELECT NAME, AGE FROM BlobStorage", "Ann,41\nBob,7\nCy,70\n"},
        {"SELECT \"Age\", _1 FROM BlobStorage", "41,Ann\n7,Bob\n70,Cy\n"},
        {"SELECT name FROM BlobStorage WHERE age > 40", "Ann\nCy\n"},
        {"SELECT name FROM BlobStorage WHERE age > '40'", "Ann\nBob\nCy\n"},
        {"SELECT name n FROM BlobStorage WHERE city LIKE '%, France' OR name = 'Cy' LIMIT 1;", "Bob\n"},
        {"select name from blobstorage limit 0", ""},
    };
    for (const auto& [sql, rows] : cases) EXPECT_EQ(ask(sql, kPeople, with_headers()).data, rows) << sql;
}

TEST(Delimited, AHeaderThatIsNotThereIsFatal) {
    const Answer answer = ask("SELECT country FROM BlobStorage", kPeople, with_headers());
    EXPECT_EQ(answer.data, "");
    EXPECT_EQ(
        answer.errors,
        (std::vector<Answer::Error>{{true, "InvalidColumnName", "Column 'country' does not exist in the header.", 0}}));
    EXPECT_EQ(ask("SELECT \"age\" FROM BlobStorage", kPeople, with_headers()).errors.size(), 1U);
}

TEST(Delimited, AMissingFieldLeavesTheRecordOut) {
    const Answer answer = ask("SELECT _2 FROM BlobStorage", "a,b\nc\nd,e\n");
    EXPECT_EQ(answer.data, "b\ne\n");
    EXPECT_EQ(
        answer.errors,
        (std::vector<Answer::Error>{{false, "InvalidColumnOrdinal", "Column ordinal 0 does not exist in row.", 4}}));
}

TEST(Delimited, AValueThatCannotBeComparedLeavesTheRecordOut) {
    const Answer answer = ask("SELECT _2 FROM BlobStorage WHERE _2 > 100", "100,hello,300,400\n150,250,350,450\n");
    EXPECT_EQ(answer.data, "250\n");
    EXPECT_EQ(answer.errors,
              (std::vector<Answer::Error>{{false, "InvalidTypeConversion", "Invalid type conversion.", 0}}));
}

TEST(Delimited, SeparatorsQuotesAndEscapesAreAsTheRequestSays) {
    DelimitedFormat in;
    in.column_separator = "||";
    in.record_separator = "<>";
    in.quote = '\'';
    in.escape = '\\';
    EXPECT_EQ(ask("SELECT _2, _1 FROM BlobStorage", "a|b||'c||<>d'<>e\\||\\<||f|<>", in).data, "c||<>d,a|b\nf|,e||<\n");

    DelimitedFormat unquoted;
    unquoted.quote.reset();
    EXPECT_EQ(ask("SELECT _2 FROM BlobStorage", "\"a,b\"\n", unquoted).data, "\"b\"\"\"\n");
}

TEST(Delimited, AnswersAreQuotedWhereTheyMust) {
    DelimitedFormat out;
    out.column_separator = ";";
    out.record_separator = ".";
    out.quote = '\'';
    out.escape = '\\';
    EXPECT_EQ(ask("SELECT * FROM BlobStorage", "a,1.0.1,b c,d;e,it's\n", DelimitedFormat(), out).data,
              "a;'1.0.1';b c;'d;e';'it\\'s'.");
    out.quote.reset();
    EXPECT_EQ(ask("SELECT * FROM BlobStorage", "a,1.0,\\\n", DelimitedFormat(), out).data, "a;1\\.0;\\\\.");
}

TEST(Delimited, NamesStandInTheAnswerWhereTheyAreAskedFor) {
    EXPECT_EQ(
        ask("SELECT name, age + 1 AS next, age * 2 FROM BlobStorage LIMIT 1", kPeople, with_headers(), with_headers())
            .data,
        "name,next,_3\nAnn,42,82\n");
    EXPECT_EQ(ask("SELECT * FROM BlobStorage LIMIT 1", "a,b\n", DelimitedFormat(), with_headers()).data,
              "_1,_2\na,b\n");
}

TEST(Delimited, BecomesJson) {
    EXPECT_EQ(ask("SELECT * FROM BlobStorage LIMIT 2", kPeople, with_headers(), JsonFormat()).data,
              "{\"name\":\"Ann\",\"Age\":\"41\",\"city\":\"Oslo\"}\n{\"name\":\"Bob\",\"Age\":\"7\",\"city\":\"Paris, "
              "France\"}\n");
    EXPECT_EQ(
        ask("SELECT _1, CAST(_2 AS INT) n, _2 > 5, NULL FROM BlobStorage", "a\"b,6\n", DelimitedFormat(), JsonFormat())
            .data,
        "{\"_1\":\"a\\\"b\",\"n\":6,\"_3\":true,\"_4\":null}\n");
}

}  // namespace
}  // namespace lazulite::blob::query
