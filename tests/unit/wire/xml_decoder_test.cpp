#include <gtest/gtest.h>

#include "wire/codec.hpp"

namespace lazulite {
namespace {

struct Retention {
    bool enabled = false;
    std::optional<int> days;
};
template <class Codec>
void describe(Codec& c, Retention& m) {
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

}  // namespace
}  // namespace lazulite
