#include "answer.hpp"

namespace lazulite::blob::query {
namespace {

constexpr std::string_view kMouse =
    R"({"id": 1, "name": "mouse", "price": 12.5, "tags": ["wireless", "accessory"],
        "dimensions": {"length": 3, "width": 2}, "weight": 0.2, "gone": null,
        "warehouses": [{"latitude": 41.8, "longitude": -87.6}, {"latitude": 50}]})";

std::string rows(std::string_view sql, std::string_view blob, Format output = JsonFormat()) {
    const Answer answer = ask(sql, blob, JsonFormat(), std::move(output));
    return answer.errors.empty() ? answer.data : "! " + answer.errors[0].name;
}

TEST(JsonRecords, PathsLeadIntoThem) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"SELECT name, PRICE FROM BlobStorage", "{\"name\":\"mouse\",\"PRICE\":12.5}\n"},
        {"SELECT latitude FROM BlobStorage[*].warehouses[*]", "{\"latitude\":41.8}\n{\"latitude\":50}\n"},
        {"SELECT length FROM BlobStorage[*].dimensions", "{\"length\":3}\n"},
        {"SELECT longitude FROM BlobStorage[*].warehouses[1]", "{}\n"},
        {"SELECT weight,warehouses[0].longitude,id,tags[1] FROM BlobStorage[*]",
         "{\"weight\":0.2,\"longitude\":-87.6,\"id\":1,\"_4\":\"accessory\"}\n"},
        {"SELECT * FROM BlobStorage[*].tags[*]", "{\"_1\":\"wireless\"}\n{\"_1\":\"accessory\"}\n"},
        {"SELECT * FROM BlobStorage[*].nothing", ""},
        {"SELECT dimensions FROM BlobStorage", "{\"dimensions\":{\"length\":3,\"width\":2}}\n"},
        {"SELECT \"Name\" n FROM BlobStorage", "{}\n"},
        {"SELECT id FROM BlobStorage WHERE gone IS NULL AND absent IS NULL AND absent IS MISSING", "{\"id\":1}\n"},
        {"SELECT id FROM BlobStorage WHERE gone IS MISSING", ""},
        {"SELECT id FROM BlobStorage WHERE gone IS NOT MISSING", "{\"id\":1}\n"},
        {"SELECT id FROM BlobStorage WHERE absent = 1 OR NOT absent = 1", ""},
        {"SELECT COUNT(latitude) FROM BlobStorage[*].warehouses[*]", "{\"_1\":2}\n"},
        {"SELECT COUNT(longitude) FROM BlobStorage[*].warehouses[*]", "{\"_1\":1}\n"},
    };
    for (const auto& [sql, expected] : cases) EXPECT_EQ(rows(sql, kMouse), expected) << sql;
}

TEST(JsonRecords, AreComplainedOfInUtf8) {
    const auto complaint = [](std::string_view blob) {
        const Answer answer = ask("SELECT * FROM BlobStorage", blob, JsonFormat());
        return answer.errors.empty() ? "" : answer.errors[0].description;
    };
    EXPECT_EQ(complaint("12\xC3\xA4"), "Unexpected token '\xC3\xA4' at [byte: 2]. Expecting tokens '{', or '['.");
    EXPECT_EQ(complaint("12\xFF"), "Unexpected token '\xEF\xBF\xBD' at [byte: 2]. Expecting tokens '{', or '['.");
    EXPECT_EQ(complaint("{\xC3\xA4}"), "Unexpected token '\xC3\xA4' at [byte: 1].");
    EXPECT_EQ(complaint("{\xFF}"), "Unexpected token '\xEF\xBF\xBD' at [byte: 1].");
    // However far a number goes on, as little of it is looked at.
    EXPECT_EQ(complaint(std::string(50, '1') + "x"), "Unexpected token '1' at [byte: 32]. Expecting tokens '{', or '['.");
}

TEST(JsonRecords, HaveNoByteOrderMarkButTheBlobs) {
    const std::string blob = std::string(30, '\n') + "\xef\xbb\xbf{\"a\":1}";
    const auto plan = prepare("SELECT * FROM BlobStorage", JsonFormat(), JsonFormat());
    ASSERT_TRUE(plan);
    for (const std::size_t piece : {blob.size(), std::size_t{3}}) {
        const Answer answer = ask_in_pieces(*plan, blob, piece);
        ASSERT_EQ(answer.errors.size(), 1U) << piece;
        EXPECT_EQ(answer.errors[0].description,
                  "Unexpected token '\xef\xbb\xbf' at [byte: 0]. Expecting tokens '{', or '['.");
    }
}

TEST(JsonRecords, BecomeDelimitedText) {
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", R"({"a": 1, "b": "x,y", "c": null, "d": [1, "z"], "e": true})",
                   DelimitedFormat()),
              "1,\"x,y\",,\"[1,\"\"z\"\"]\",true\n");
}

TEST(JsonRecords, StandBehindOneAnotherOrInAnArray) {
    const std::string_view expected = "{\"a\":1}\n{\"a\":2}\n";
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", "{\"a\":1}\n{\"a\":2}\n"), expected);
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", "\xef\xbb\xbf {\"a\":1}{\"a\":2}"), expected);
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", "[{\"a\":1},\n {\"a\":2}]"), expected);
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", ""), "");
    const Answer answer = ask("SELECT * FROM BlobStorage", "{\"a\":1};;{\"a\":2};;", JsonFormat{";;"}, JsonFormat{"|"});
    EXPECT_EQ(answer.data, "{\"a\":1}|{\"a\":2}|");
}

TEST(JsonRecords, BracesInTextsEndNothing) {
    EXPECT_EQ(rows("SELECT a FROM BlobStorage", R"({"a":"}\"{"}{"a":"]"})"), "{\"a\":\"}\\\"{\"}\n{\"a\":\"]\"}\n");
}

TEST(JsonRecords, WhatIsNoRecordIsFatalAndEndsTheAnswer) {
    const Answer answer = ask("SELECT * FROM BlobStorage", "100,200,300,400\n150,250,350,450\n", JsonFormat());
    EXPECT_EQ(answer.data, "\n");
    EXPECT_EQ(answer.errors,
              (std::vector<Answer::Error>{
                  {true, "ParseError", "Unexpected token ',' at [byte: 3]. Expecting tokens '{', or '['.", 0}}));
    EXPECT_EQ(answer.scanned.back(), 32U);

    const Answer second = ask("SELECT a FROM BlobStorage", "{\"a\":1}\n{a: 2}\n{\"a\":3}", JsonFormat(), JsonFormat());
    EXPECT_EQ(second.data, "{\"a\":1}\n");
    EXPECT_EQ(second.errors,
              (std::vector<Answer::Error>{{true, "ParseError", "Unexpected token 'a' at [byte: 1].", 8}}));

    const Answer cut = ask("SELECT COUNT(*) FROM BlobStorage", "{\"a\":1}\n{\"a\":", JsonFormat(), JsonFormat());
    EXPECT_EQ(cut.data, "");
    EXPECT_EQ(cut.errors, (std::vector<Answer::Error>{{true, "ParseError", "Unexpected end of the record.", 8}}));
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", "{\"a\":1e999}"), "! ParseError");
    EXPECT_EQ(rows("SELECT * FROM BlobStorage", "{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}"),
              "! ParseError");
}

}  // namespace
}  // namespace lazulite::blob::query
