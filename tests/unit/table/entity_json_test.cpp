#include "table/domain/entity_json.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace lazulite::table {
namespace {

/// What a body says, as the full level writes it.
std::string read(std::string_view body, OdataLevel level = OdataLevel::full) {
    const auto content = parse_entity_json(body);
    if (!content) return "error " + std::to_string(static_cast<int>(content.error().code()));
    Pen text;
    JsonProperties json(text, level);
    PropertyReader reader(content->properties.bytes());
    for (std::size_t place = 0; const auto property = reader.next(); ++place) {
        json.append(place, property->name, &property->value);
    }
    return text.take();
}

ErrorCode refusal(std::string_view body) {
    const auto content = parse_entity_json(body);
    return content ? ErrorCode::not_implemented : content.error().code();
}

TEST(EntityJson, TypesAreInferred) {
    EXPECT_EQ(read(R"({"s":"x","i":-3,"d":1.0,"e":1e3,"b":true,"f":false})"),
              R"("s":"x","i":-3,"d":1.0,"e":1000.0,"b":true,"f":false)");
    EXPECT_EQ(read(R"({"small":2147483647,"big":2147483648})"), R"("small":2147483647,"big":2147483648.0)");
    EXPECT_EQ(read(R"({"z":-0.0})"), R"("z":-0.0)");
}

TEST(EntityJson, TypesMayBeNamedBeforeOrBehind) {
    EXPECT_EQ(
        read(
            R"({"l@odata.type":"Edm.Int64","l":"-9223372036854775808","d":"2026-01-02T03:04:05.1Z","d@odata.type":"Edm.DateTime",
                       "g@odata.type":"Edm.Guid","g":"C9DA6455-213D-42C9-9A79-3E9149A57833","x@odata.type":"Edm.Binary","x":"AP8=",
                       "n@odata.type":"Edm.Double","n":"NaN","t@odata.type":"Edm.String","t":"12"})"),
        R"("l@odata.type":"Edm.Int64","l":"-9223372036854775808","d@odata.type":"Edm.DateTime","d":"2026-01-02T03:04:05.1Z",)"
        R"("g@odata.type":"Edm.Guid","g":"c9da6455-213d-42c9-9a79-3e9149a57833","x@odata.type":"Edm.Binary","x":"AP8=",)"
        R"("n@odata.type":"Edm.Double","n":"NaN","t":"12")");
    EXPECT_EQ(
        read(
            R"({"a@odata.type":"Edm.Int64","a":5,"b@odata.type":"Edm.Double","b":5,"c@odata.type":"Edm.Int32","c":"5"})"),
        R"("a@odata.type":"Edm.Int64","a":"5","b":5.0,"c":5)");
}

TEST(EntityJson, TypesMayBeNamedThoughTheyAreClear) {
    EXPECT_EQ(read(R"({"d@odata.type":"Edm.Double","d":1.5,"b@odata.type":"Edm.Boolean","b":true,"c@odata.type":"Edm.Boolean",
                       "c":false,"e@odata.type":"Edm.Boolean","e":"True","f@odata.type":"Edm.Boolean","f":"false"})"),
              R"("d":1.5,"b":true,"c":false,"e":true,"f":false)");
}

TEST(EntityJson, WithoutMetadataNoTypeIsWritten) {
    EXPECT_EQ(
        read(R"({"l@odata.type":"Edm.Int64","l":"7","n@odata.type":"Edm.Double","n":"Infinity"})", OdataLevel::none),
        R"("l":"7","n":"Infinity")");
}

TEST(EntityJson, NullsTimestampAndControlInformationAreNotKept) {
    EXPECT_EQ(
        read(
            R"({"odata.etag":"x","odata.type":"y","Timestamp":"z","Timestamp@odata.type":"Edm.DateTime","n":null,"a@odata.type":"Edm.Int64","a":null,"k":1})"),
        R"("k":1)");
}

TEST(EntityJson, KeysAreTaken) {
    const auto content = parse_entity_json(R"({"PartitionKey":"p","RowKey":""})");
    ASSERT_TRUE(content);
    EXPECT_EQ(content->partition_key, "p");
    EXPECT_EQ(content->row_key, "");
    EXPECT_EQ(refusal(R"({"PartitionKey":null,"RowKey":"r"})"), ErrorCode::properties_need_value);
    EXPECT_EQ(refusal(R"({"PartitionKey":1,"RowKey":"r"})"), ErrorCode::invalid_input);
    EXPECT_EQ(refusal(R"({"PartitionKey":"a/b","RowKey":"r"})"), ErrorCode::out_of_range_input);
}

TEST(EntityJson, WhatIsNoEntityIsRefused) {
    for (const auto* bad :
         {"", "[]", "1", "{", R"({"a":1)", R"({"a":1}x)", R"({"a@odata.type":"Edm.Int64","a":"x"})",
          R"({"a@odata.type":"Edm.Guid","a":"x"})", R"({"a@odata.type":"Edm.Binary","a":"%"})",
          R"({"a@odata.type":"Edm.Byte","a":1})", R"({"a@odata.type":"Edm.Int32","a":"3000000000"})",
          R"({"a@odata.type":"Edm.Boolean","a":"maybe"})", R"({"a@odata.type":"Edm.DateTime","a":"today"})",
          R"({"a":1e999})", "{\"a\":\"\xFF\"}", R"({"a":"\ud800"})"}) {
        EXPECT_EQ(refusal(bad), ErrorCode::invalid_input) << bad;
    }
    EXPECT_EQ(refusal(R"({"a":[1]})"), ErrorCode::invalid_value_type);
    EXPECT_EQ(refusal(R"({"a":{}})"), ErrorCode::invalid_value_type);
    EXPECT_EQ(refusal(R"({"a":1,"a":2})"), ErrorCode::duplicate_properties_specified);
    EXPECT_EQ(refusal(R"({"a@odata.type":"Edm.DateTime","a":"0001-01-01T00:00:00Z"})"), ErrorCode::out_of_range_input);
    EXPECT_EQ(refusal(R"({"a-b":1})"), ErrorCode::property_name_invalid);
}

TEST(EntityJson, AFullEntityHas252Properties) {
    std::string body = "{\"p0\":0";
    for (int i = 1; i < 252; ++i) body += ",\"p" + std::to_string(i) + "\":0";
    EXPECT_TRUE(parse_entity_json(body + "}"));
    EXPECT_EQ(refusal(body + ",\"more\":0}"), ErrorCode::too_many_properties);
}

TEST(EntityJson, TextsAreEscaped) {
    std::string text;
    append_json_string(text, "a\"b\\c\n\r\t\x01\xC3\xBC/");
    EXPECT_EQ(text, "\"a\\\"b\\\\c\\n\\r\\t\\u0001\xC3\xBC/\"");
    // As long as it can get.
    std::string escaped = "\"";
    for (int i = 0; i < 1000; ++i) escaped += "\\u0001";
    text.clear();
    append_json_string(text, std::string(1000, '\x01'));
    EXPECT_EQ(text, escaped + '"');
    text.clear();
    append_json_string(text, "");
    EXPECT_EQ(text, "\"\"");
    // Wherever it stands among others.
    for (std::size_t before = 0; before < 20; ++before) {
        for (const auto& [character, escape] :
             {std::pair("\"", "\\\""), std::pair("\\", "\\\\"), std::pair("\x1F", "\\u001f"), std::pair("\x7F", "\x7F"),
              std::pair(" ", " ")}) {
            text.clear();
            append_json_string(text, std::string(before, 'x') + character + "yyyyyyyyyy");
            EXPECT_EQ(text, "\"" + std::string(before, 'x') + escape + "yyyyyyyyyy\"");
        }
    }
}

TEST(TableJson, NamesATable) {
    EXPECT_EQ(*parse_table_json(R"({"odata.type":"x","TableName":"people"})"), "people");
    EXPECT_EQ(parse_table_json("{}").error().code(), ErrorCode::properties_need_value);
    EXPECT_EQ(parse_table_json(R"({"TableName":null})").error().code(), ErrorCode::properties_need_value);
    EXPECT_EQ(parse_table_json(R"({"TableName":1})").error().code(), ErrorCode::invalid_input);
    EXPECT_EQ(parse_table_json("x").error().code(), ErrorCode::invalid_input);
}

}  // namespace
}  // namespace lazulite::table
