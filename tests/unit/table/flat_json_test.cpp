#include "table/domain/flat_json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>

namespace lazulite::table {
namespace {

std::string shown(const JsonMember& member) {
    const auto value = std::visit(
        [](const auto& held) -> nlohmann::json {
            if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) return nullptr;
            else return held;
        },
        member.value);
    return nlohmann::json(member.name).dump() + ":" + value.dump() + " ";
}

/// What a text holds; nothing where it is not taken.
std::optional<std::string> members_of(std::string_view text) {
    FlatJson json;
    if (json.parse(text) != FlatJson::Outcome::object) return std::nullopt;
    std::string all;
    for (const JsonMember& member : json.members()) all += shown(member);
    return all;
}

/// The same, by a parser that is known to be right.
std::optional<std::string> expected_of(std::string_view text) {
    bool flat = true;
    std::string all;
    std::string name;
    const auto each = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        using enum nlohmann::json::parse_event_t;
        if (event == key) name = parsed.get<std::string>();
        if (event == array_start || (event == object_start && depth > 0)) flat = false;
        if (event != value) return true;
        if (depth == 0) flat = false;
        // An integer that only fits without a sign is a double here.
        if (parsed.is_number_unsigned() && parsed.get<std::uint64_t>() > INT64_MAX) parsed = parsed.get<double>();
        all += nlohmann::json(name).dump() + ":" + parsed.dump() + " ";
        return true;
    };
    const auto whole = nlohmann::json::parse(text.begin(), text.end(), each, false);
    if (whole.is_discarded() || !flat) return std::nullopt;
    return all;
}

FlatJson::Outcome outcome(std::string_view text) { return FlatJson().parse(text); }

TEST(FlatJson, TakesMembersInTheirOrder) {
    EXPECT_EQ(members_of(R"( {"b" : "x" , "a":-12,"c":1.50,"d":true,"e":false,"f":null} )"),
              R"("b":"x" "a":-12 "c":1.5 "d":true "e":false "f":null )");
    EXPECT_EQ(members_of("{}"), "");
    EXPECT_EQ(members_of("\xEF\xBB\xBF{\"a\":1}"), "\"a\":1 ") << "a byte order mark";
}

TEST(FlatJson, ReadsNumbersAsWideAsTheyAre) {
    EXPECT_EQ(members_of(R"({"a":9223372036854775807,"b":9223372036854775808,"c":-9223372036854775808})"),
              R"("a":9223372036854775807 "b":9.223372036854776e+18 "c":-9223372036854775808 )");
    EXPECT_EQ(members_of(R"({"a":1e3,"b":1E-400,"c":-0.0})"), R"("a":1000.0 "b":0.0 "c":-0.0 )");
    for (const auto* bad : {"01", "1.", ".5", "+1", "-", "1e", "1e999", "-1e999", "0x1", "NaN", "Infinity", "1_0"}) {
        EXPECT_EQ(outcome("{\"a\":" + std::string(bad) + "}"), FlatJson::Outcome::malformed) << bad;
    }
}

TEST(FlatJson, ReadsEscapes) {
    FlatJson json;
    ASSERT_EQ(json.parse(R"({"\u0061b":"\"\\\/\b\f\n\r\t-\u00fc\u20AC\ud83d\uDE00\u0000."})"), FlatJson::Outcome::object);
    EXPECT_EQ(json.members().front().name, "ab");
    EXPECT_EQ(std::get<std::string_view>(json.members().front().value),
              std::string_view("\"\\/\b\f\n\r\t-\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\0.", 20));
    for (const auto* bad : {R"(\x)", R"(\u12)", R"(\u12g4)", R"(\ud800)", R"(\ud800x)", R"(\ud800\u0041)", R"(\udc00)",
                            R"(\udc00\udc00)", R"(\ue000\udc00)",
                            "\xFF", "\xC3", "\xED\xA0\x80", "\n", "\x1F", R"(\)"}) {
        EXPECT_EQ(outcome("{\"a\":\"" + std::string(bad) + "\"}"), FlatJson::Outcome::malformed) << bad;
    }
}

TEST(FlatJson, TellsNestedFromMalformed) {
    for (const auto* text : {R"({"a":[]})", R"({"a":{}})", R"({"a":1,"b":[1)"}) {
        EXPECT_EQ(outcome(text), FlatJson::Outcome::nested) << text;
    }
    for (const auto* text : {"", " ", "[]", "1", "\"a\"", "{", "{}}", "{}x", "{,}", R"({"a"})", R"({"a":})", R"({"a":1,})",
                             R"({"a":1 "b":2})", R"({a:1})", R"({'a':1})", R"({"a":tru})", R"({"a":nulL})", "{}\v"}) {
        EXPECT_EQ(outcome(text), FlatJson::Outcome::malformed) << text;
    }
}

TEST(FlatJson, AgreesWithAnotherParserOnDamagedTexts) {
    const std::string whole =
        "{\"PartitionKey\":\"p\\u00fc\\ud83d\\ude00\",\"n\":-12.5e-3,\"i\":2147483648,\"t\":true,\"z\":null,"
        "\"s\":\"\xE2\x82\xAC \\\"x\\\\ \xF0\x9F\x98\x80\",\"l@odata.type\":\"Edm.Int64\",\"l\":\"7\",\"f\":false}";
    ASSERT_TRUE(expected_of(whole));
    const std::string alphabet = "{}[]\",:\\u0d8eE+-.19tfn \t\xC3\xBC\xED\xFF\x01x";
    std::mt19937 random(7);
    const auto below = [&random](std::size_t end) { return random() % end; };
    int taken = 0;
    for (int i = 0; i < 40'000; ++i) {
        std::string text = whole;
        for (std::size_t changes = 1 + below(3); changes > 0; --changes) {
            const std::size_t at = below(text.size());
            switch (below(3)) {
                case 0: text[at] = alphabet[below(alphabet.size())]; break;
                case 1: text.erase(at, 1 + below(4)); break;
                default: text.insert(at, 1, alphabet[below(alphabet.size())]);
            }
        }
        const auto expected = expected_of(text);
        ASSERT_EQ(members_of(text), expected) << text;
        if (expected) ++taken;
    }
    EXPECT_GT(taken, 2'000);
}

}  // namespace
}  // namespace lazulite::table
