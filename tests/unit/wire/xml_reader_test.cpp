#include "wire/xml_reader.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

/// The tree on one line: name@attribute=value'text'(children).
std::string text_of(const XmlNode& node) {
    std::string text = node.name;
    for (const auto& attribute : node.attributes) text += '@' + attribute.name + '=' + attribute.value;
    if (!node.text.empty()) text += '\'' + node.text + '\'';
    for (const XmlNode& child : node.children) text += '(' + text_of(child) + ')';
    return text;
}

TEST(ParseXml, ReadsDocuments) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"<a/>", "a"},
        {"<a></a>", "a"},
        {"<a />\r\n", "a"},
        {"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<a>b</a>", "a'b'"},
        {"<BlockList><Latest>AA==</Latest><Committed>BB==</Committed><Latest>CC==</Latest><Uncommitted>DD==</"
         "Uncommitted>"
         "</BlockList>",
         "BlockList(Latest'AA==')(Committed'BB==')(Latest'CC==')(Uncommitted'DD==')"},
        {"<a>\n  <b> x </b>\n  <c> </c>\n</a>", "a(b' x ')(c' ')"},
        {"<a x='1' y=\"2\"><b z=''/></a>", "a@x=1@y=2(b@z=)"},
        {"<a>x<!-- & < -->y<b/><![CDATA[<&z]]></a>", "a'xy<&z'(b)"},
        {"<?pi x?><!-- c --><a/><!-- d -->", "a"},
        {"<s:a xmlns:s='u'/>", "s:a@xmlns:s=u"},
        {"<a>l1\r\nl2\rl3</a>", "a'l1\nl2\nl3'"},
        {"<\xC3\xBC>\xE2\x82\xAC</\xC3\xBC>", "\xC3\xBC'\xE2\x82\xAC'"},
    };
    for (const auto& [body, expected] : cases) {
        const auto root = parse_xml(body);
        ASSERT_TRUE(root) << body;
        EXPECT_EQ(text_of(*root), expected) << body;
    }
}

TEST(ParseXml, ResolvesReferences) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"<a>&lt;&gt;&amp;&quot;&apos;</a>", "a'<>&\"''"},
        {"<a>&amp;lt;</a>", "a'&lt;'"},
        {"<a>&#65;&#x42;&#xd;&#x0A;|</a>", "a'AB\r\n|'"},
        {"<a>&#xFC;&#8364;&#x1F600;</a>", "a'\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80'"},
        {"<a>&#x7F;&#x80;&#x7FF;&#x800;</a>", "a'\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80'"},
        {"<a>&#xFFFD;&#x10000;&#x103FF;&#x10FFFF;</a>", "a'\xEF\xBF\xBD\xF0\x90\x80\x80\xF0\x90\x8F\xBF\xF4\x8F\xBF\xBF'"},
        {"<a b='&lt;&#x9;'/>", "a@b=<\t"},
    };
    for (const auto& [body, expected] : cases) {
        const auto root = parse_xml(body);
        ASSERT_TRUE(root) << body;
        EXPECT_EQ(text_of(*root), expected) << body;
    }
}

TEST(ParseXml, RefusesWhatIsNotWellFormed) {
    const std::string_view bodies[] = {
        "",
        " \n",
        "text",
        "<",
        "<a",
        "<a>",
        "</a>",
        "<a></b>",
        "<a>&#65x;</a>",
        "<a>&#x110000;</a>",
        "<a>&#99999999999;</a>",
        "<a><b></a></b>",
        "<a/><b/>",
        "<a/>text",
        "text<a/>",
        "<a x=1/>",
        "<a x/>",
        "<a x='1' x='2'/>",
        "<a x='1'y='2/>",
        "< a/>",
        "<1a/>",
        "<a>&</a>",
        "<a>&unknown;</a>",
        "<a>&lt</a>",
        "<a>&;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#0;</a>",
        "<a>&#1;</a>",
        "<a>&#xD800;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#x110000;</a>",
        "<a>&#99999999999;</a>",
        "<a>&#-65;</a>",
        "<a b='&unknown;'/>",
        "<a>\x01</a>",
        "<a>\xFF</a>",
        "<a><![CDATA[x</a>",
        "<a><!-- x</a>",
        "<!-- only -->",
    };
    for (const auto body : bodies) {
        const auto root = parse_xml(body);
        ASSERT_FALSE(root) << body;
        EXPECT_EQ(root.error().code(), ErrorCode::invalid_xml_document) << body;
    }
    EXPECT_FALSE(parse_xml(std::string_view("<a>\0</a>", 8)));
}

TEST(ParseXml, RefusesDocumentTypes) {
    EXPECT_FALSE(parse_xml("<!DOCTYPE a><a/>"));
    EXPECT_FALSE(parse_xml("<!DOCTYPE a SYSTEM 'http://h/x.dtd'><a/>"));
    EXPECT_FALSE(parse_xml("<!DOCTYPE a [<!ENTITY x 'y'><!ENTITY z '&x;&x;&x;'>]><a>&z;</a>"));
    EXPECT_FALSE(parse_xml("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"));
}

TEST(ParseXml, SaysWhere) {
    const auto details_of = [](std::string_view body) { return *parse_xml(body).error().details(); };
    const auto mismatch = details_of("<a>\n  <b>\n</a>");
    ASSERT_EQ(mismatch.elements.size(), 3u);
    EXPECT_EQ(mismatch.elements[0].name, "LineNumber");
    EXPECT_EQ(mismatch.elements[0].value, "3");
    EXPECT_EQ(mismatch.elements[1].name, "LinePosition");
    EXPECT_EQ(mismatch.elements[2].name, "Reason");
    EXPECT_FALSE(mismatch.elements[2].value.empty());

    const auto illegal = details_of("<a>\n<b>ab\x01</b></a>");
    EXPECT_EQ(illegal.elements[0].value, "2");
    EXPECT_EQ(illegal.elements[1].value, "6");

    const auto second_root = details_of("<a/>\n<b/>");
    EXPECT_EQ(second_root.elements[0].value, "2");
    EXPECT_EQ(second_root.elements[2].value, "There is more than one root element.");
}

std::string repeated(std::string_view text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

TEST(ParseXml, BoundsItsWork) {
    EXPECT_TRUE(parse_xml(repeated("<a>", 32) + repeated("</a>", 32)));
    EXPECT_FALSE(parse_xml(repeated("<a>", 33) + repeated("</a>", 33)));
    EXPECT_FALSE(parse_xml(repeated("<a>", 200'000) + repeated("</a>", 200'000)));
    EXPECT_FALSE(parse_xml("<r>" + repeated("<a/>", 250'000) + "</r>"));
    std::string attributes;
    for (int i = 0; i < 64; ++i) attributes += " a" + std::to_string(i) + "=''";
    EXPECT_TRUE(parse_xml("<a" + attributes + "/>"));
    EXPECT_FALSE(parse_xml("<a" + attributes + " b=''/>"));
}

TEST(ParseXml, ReadsALongBlockListInOrder) {
    std::string body = "<BlockList>";
    for (int i = 0; i < 50'000; ++i) body += i % 2 == 0 ? "<Latest>even</Latest>" : "<Committed>odd</Committed>";
    const auto root = parse_xml(body + "</BlockList>");
    ASSERT_TRUE(root);
    ASSERT_EQ(root->children.size(), 50'000u);
    for (std::size_t i = 0; i < 50'000; ++i) {
        ASSERT_EQ(root->children[i].name, i % 2 == 0 ? "Latest" : "Committed");
        ASSERT_EQ(root->children[i].text, i % 2 == 0 ? "even" : "odd");
    }
}

std::string place_of(const StorageError& error) {
    const auto& elements = error.details()->elements;
    return elements.at(0).value + ':' + elements.at(1).value + ' ' + elements.at(2).value;
}

TEST(XmlProblem, IsToldBehindTheElementThatWasRead) {
    const std::string body = "<a>\n<b>1</b><c/><d><e>2</e></d></a>";
    const XmlNode root = parse_xml(body).value();
    EXPECT_EQ(root.offset, 1U);
    EXPECT_EQ(root.child("c")->offset, 13U);
    EXPECT_EQ(place_of(xml_problem(body, root.child("c")->offset, "why")), "2:10 why");
    // What follows b is the start of c, what follows e is the end of d: a reader stands at the name in both.
    EXPECT_EQ(place_of(xml_problem_behind(body, *root.child("b"), "why")), "2:10 why");
    EXPECT_EQ(place_of(xml_problem_behind(body, *root.child("c"), "why")), "2:14 why");
    EXPECT_EQ(place_of(xml_problem_behind(body, *root.child("d")->child("e"), "why")), "2:26 why");
    EXPECT_EQ(place_of(xml_problem_behind(body, root, "why")), "2:32 why");
    EXPECT_EQ(place_of(xml_problem()), "0:0 ");
}

TEST(XmlNode, FindsChildrenAndAttributes) {
    const XmlNode root = parse_xml("<r k='v'><a>1</a><b>2</b><a>3</a></r>").value();
    ASSERT_NE(root.child("a"), nullptr);
    EXPECT_EQ(root.child("a")->text, "1");
    EXPECT_EQ(root.child("A"), nullptr);
    EXPECT_EQ(root.child_text("b"), "2");
    EXPECT_EQ(root.child_text("c"), "");
    EXPECT_EQ(*root.attribute("k"), "v");
    EXPECT_EQ(root.attribute("l"), nullptr);
}

}  // namespace
}  // namespace lazulite
