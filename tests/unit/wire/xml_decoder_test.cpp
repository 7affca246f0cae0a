#include <gtest/gtest.h>

#include "wire/codec.hpp"

namespace lazulite {
namespace {

struct Retention {
    bool enabled = false;
    std::optional<int> days;
};
template <class Codec, Is<Retention> M>
void describe(Codec& c, M& m) {
    c.element("Enabled", m.enabled);
    c.element("Days", m.days);
}
struct Properties {
    std::string version;
    std::optional<std::string> index;
    std::optional<Retention> retention;
};
template <class Codec>
void describe(Codec& c, Properties& m) {
    c.element("Version", m.version);
    c.element("Index", m.index);
    c.inside("Retention", m.retention);
}

struct Outcome {
    Properties value;
    std::string problem;  ///< code Name=value ...
};

Outcome decoded(std::string_view body) {
    const XmlNode root = parse_xml(body).value();
    Outcome outcome;
    XmlDecoder decoder(root);
    describe(decoder, outcome.value);
    if (auto result = decoder.result(); !result) {
        outcome.problem = std::to_string(static_cast<int>(result.error().code()));
        for (const auto& [name, value] : result.error().details()->elements)
            outcome.problem += ' ' + name + '=' + value;
    }
    return outcome;
}
std::string failed(ErrorCode code, const std::string& rest) {
    return std::to_string(static_cast<int>(code)) + rest;
}

TEST(XmlDecoder, ReadsChildrenAndTheirParts) {
    const auto [value, problem] = decoded(
        "<P><Retention><Days>7</Days><Enabled>true</Enabled></Retention><Index/><Version>1.0</Version><More/></P>");
    EXPECT_EQ(problem, "");
    EXPECT_EQ(value.version, "1.0");
    EXPECT_EQ(value.index, "");
    ASSERT_TRUE(value.retention);
    EXPECT_TRUE(value.retention->enabled);
    EXPECT_EQ(value.retention->days, 7);
}

TEST(XmlDecoder, OptionalChildrenMayBeAbsentOrEmpty) {
    const auto [value, problem] =
        decoded("<P><Version/><Retention><Enabled>false</Enabled><Days></Days></Retention></P>");
    EXPECT_EQ(problem, "");
    EXPECT_EQ(value.index, std::nullopt);
    EXPECT_EQ(value.retention.value().days, std::nullopt);
    EXPECT_FALSE(decoded("<P><Version/></P>").value.retention);
}

TEST(XmlDecoder, NamesWhatIsMissingOrMalformed) {
    EXPECT_EQ(decoded("<P/>").problem, failed(ErrorCode::missing_required_xml_node, " XmlNodeName=Version"));
    EXPECT_EQ(decoded("<P><Version/><Retention/></P>").problem,
              failed(ErrorCode::missing_required_xml_node, " XmlNodeName=Enabled"));
    EXPECT_EQ(decoded("<P><Version/><Retention><Enabled>maybe</Enabled><Days>x</Days></Retention></P>").problem,
              failed(ErrorCode::invalid_xml_node_value,
                     " XmlNodeName=Enabled XmlNodeValue=maybe Reason=The value is neither true nor false."));
}

TEST(XmlDecoder, TheFirstProblemWins) {
    EXPECT_EQ(decoded("<P><Retention><Enabled>maybe</Enabled></Retention></P>").problem,
              failed(ErrorCode::missing_required_xml_node, " XmlNodeName=Version"));
}

struct Shelf {
    std::optional<std::vector<Retention>> rules;
    std::vector<std::string> names;
};
template <class Codec, Is<Shelf> M>
void describe(Codec& c, M& m) {
    c.list("Rules", "Rule", m.rules);
    c.element("Names", m.names);
}

std::string problem_when_strict(std::string_view body, Shelf& shelf) {
    const XmlNode root = parse_xml(body).value();
    XmlDecoder decoder(root, XmlDecoder::Others::refused);
    describe(decoder, shelf);
    const auto result = decoder.result();
    if (result) return "";
    return std::to_string(static_cast<int>(result.error().code())) + ' ' +
           result.error().details()->elements.front().value;
}

TEST(XmlDecoder, AListIsAbsentOrEmptyOrHoldsItsParts) {
    Shelf shelf;
    EXPECT_EQ(problem_when_strict("<S><Names/></S>", shelf), "");
    EXPECT_FALSE(shelf.rules);
    EXPECT_EQ(problem_when_strict("<S><Names/><Rules/></S>", shelf), "");
    EXPECT_TRUE(shelf.rules && shelf.rules->empty());
    EXPECT_EQ(problem_when_strict("<S><Names> a , b,,c</Names><Rules><Rule><Enabled>true</Enabled></Rule>"
                                  "<Rule><Enabled>false</Enabled><Days>2</Days></Rule></Rules></S>",
                                  shelf),
              "");
    ASSERT_EQ(shelf.rules->size(), 2U);
    EXPECT_TRUE(shelf.rules->front().enabled);
    EXPECT_EQ(shelf.rules->back().days, 2);
    EXPECT_EQ(shelf.names, (std::vector<std::string>{"a", "b", "c"}));
}

TEST(XmlDecoder, RefusesWhatTheDescriptionDoesNotNameAtAnyDepth) {
    const auto unsupported = [](const std::string& name) {
        return std::to_string(static_cast<int>(ErrorCode::unsupported_xml_node)) + ' ' + name;
    };
    Shelf shelf;
    EXPECT_EQ(problem_when_strict("<S><Names/><Other/></S>", shelf), unsupported("Other"));
    EXPECT_EQ(problem_when_strict("<S><Names/><Rules><Rue/></Rules></S>", shelf), unsupported("Rue"));
    EXPECT_EQ(problem_when_strict("<S><Names/><Rules><Rule><Enabled>true</Enabled><Hours/></Rule></Rules></S>", shelf),
              unsupported("Hours"));
}

TEST(XmlEncoder, WritesPartsAndListsAsTheyAreRead) {
    Shelf shelf;
    shelf.rules.emplace(1).front().days = 3;
    shelf.names = {"a", "b"};
    XmlWriter xml;
    xml.open("S");
    XmlEncoder encoder(xml);
    describe(encoder, std::as_const(shelf));
    xml.close();
    const std::string text = xml.take();
    EXPECT_EQ(text.substr(text.find("<S>")),
              "<S><Rules><Rule><Enabled>false</Enabled><Days>3</Days></Rule></Rules><Names>a,b</Names></S>");
}

}  // namespace
}  // namespace lazulite
