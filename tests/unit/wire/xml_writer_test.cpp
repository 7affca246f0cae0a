#include "wire/xml_writer.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr std::string_view kDeclaration = R"(<?xml version="1.0" encoding="utf-8"?>)";

/// What the function writes, without the declaration.
template <class Write>
std::string written(Write write) {
    XmlWriter xml;
    write(xml);
    const std::string document = xml.take();
    EXPECT_TRUE(document.starts_with(kDeclaration));
    return document.substr(kDeclaration.size());
}

TEST(XmlWriter, NestsElements) {
    EXPECT_EQ(written([](XmlWriter& xml) {
                  xml.open("EnumerationResults", {{"ServiceEndpoint", "http://h/a/"}, {"ContainerName", "c"}});
                  xml.element("Prefix", "p");
                  xml.open("Blobs");
                  xml.open("Blob");
                  xml.element("Name", "n");
                  xml.close();
                  xml.close();
                  xml.element("NextMarker", "");
                  xml.close();
              }),
              R"(<EnumerationResults ServiceEndpoint="http://h/a/" ContainerName="c"><Prefix>p</Prefix>)"
              "<Blobs><Blob><Name>n</Name></Blob></Blobs><NextMarker /></EnumerationResults>");
}

TEST(XmlWriter, ElementsWithoutContentAreShort) {
    EXPECT_EQ(written([](XmlWriter& xml) {
                  xml.open("Blobs");
                  xml.close();
              }),
              "<Blobs />");
    EXPECT_EQ(written([](XmlWriter& xml) {
                  xml.open("Blobs", {{"a", "1"}});
                  xml.close();
              }),
              "<Blobs a=\"1\" />");
    EXPECT_EQ(written([](XmlWriter& xml) { xml.element("a", "", {{"b", ""}}); }), "<a b=\"\" />");
}

TEST(XmlWriter, NamesSurviveGrowth) {
    XmlWriter xml;
    for (int i = 0; i < 1000; ++i) xml.open("name" + std::to_string(i));
    xml.element("x", "");
    for (int i = 0; i < 1000; ++i) xml.close();
    EXPECT_TRUE(xml.take().ends_with(
        "</name10></name9></name8></name7></name6></name5></name4></name3></name2></name1></name0>"));
}

TEST(XmlWriter, EscapesText) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"a&b<c>d\"e'f", "a&amp;b&lt;c&gt;d\"e'f"},
        {"\r\n\t", "&#xD;\n\t"},
        {"&", "&amp;"},
        {"&&amp;", "&amp;&amp;amp;"},
        {"]]>", "]]&gt;"},
        {"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\x7F", "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\x7F"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(written([&](XmlWriter& xml) { xml.element("t", text); }), "<t>" + std::string(expected) + "</t>");
    }
}

TEST(XmlWriter, EscapesWhereverInATextItIsNeeded) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\r", "&#xD;"}, {"\n", "\n"}, {"\x01", "\xEF\xBF\xBD"},
        {"\x1F", "\xEF\xBF\xBD"}, {"\x80", "\xEF\xBF\xBD"}, {" ", " "}, {"%", "%"}, {"'", "'"}, {"=", "="}, {"?", "?"},
        {"\x7F", "\x7F"}, {"\xC3\xBC", "\xC3\xBC"},
    };
    for (const auto& [text, expected] : cases) {
        for (std::size_t before = 0; before < 20; ++before) {
            for (std::size_t behind = 0; behind < 20; ++behind) {
                const std::string front(before, 'a');
                const std::string back(behind, '~');
                const std::string whole = front + std::string(text) + back;
                EXPECT_EQ(written([&](XmlWriter& xml) { xml.element("t", whole); }),
                          "<t>" + front + std::string(expected) + back + "</t>");
            }
        }
    }
}

TEST(XmlWriter, GrowsBeyondWhatWasExpected) {
    for (const std::size_t expected_bytes : {0, 100, 5'000, 1'000'000}) {
        XmlWriter xml(expected_bytes);
        std::string expected(kDeclaration);
        xml.open("l");
        expected += "<l>";
        for (std::size_t length = 0; length < 3000; length += 7) {
            const std::string text(length, 'x');
            xml.element("t", text);
            xml.plain_element("n", 4, [](char* to) { return std::fill_n(to, 2, '7'); });
            xml.open("e");
            xml.close();
            expected += length == 0 ? "<t />" : "<t>" + text + "</t>";
            expected += "<n>77</n><e />";
        }
        xml.close();
        EXPECT_EQ(xml.take(), expected + "</l>");
    }
}

TEST(XmlWriter, EscapesAttributes) {
    EXPECT_EQ(written([](XmlWriter& xml) { xml.element("t", "x", {{"a", "1&2<3>4\"5'6\r\n\t7"}}); }),
              "<t a=\"1&amp;2&lt;3&gt;4&quot;5'6&#xD;&#xA;&#x9;7\">x</t>");
}

TEST(XmlWriter, WhatXmlCannotHoldIsReplaced) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {std::string_view("a\0b", 3),
         "a\xEF\xBF\xBD"
         "b"},
        {"\x01\x1F", "\xEF\xBF\xBD\xEF\xBF\xBD"},
        {"a\xFF"
         "b",
         "a\xEF\xBF\xBD"
         "b"},
        {"\xC3", "\xEF\xBF\xBD"},
        {"\xEF\xBF\xBE", "\xEF\xBF\xBD"},  // U+FFFE
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(written([&](XmlWriter& xml) { xml.element("t", text); }), "<t>" + std::string(expected) + "</t>");
    }
}

TEST(XmlWriter, EncodesNamesThatXmlCannotHold) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"d/a b%20\xC3\xBC&", "<Name>d/a b%20\xC3\xBC&amp;</Name>"},
        {"d/a\x01 b%20", R"(<Name Encoded="true">d/a%01%20b%2520</Name>)"},
        {"\xEF\xBF\xBF", R"(<Name Encoded="true">%EF%BF%BF</Name>)"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(written([&](XmlWriter& xml) { xml.encoded_element("Name", text); }), expected);
    }
}

TEST(LegalInXml, FollowsTheCharProduction) {
    for (const std::string_view text : {"", "abc", "\t\r\n", "\x7F", "\xC2\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                                        "\xEF\xBF\xBD", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBE\xBE"}) {
        EXPECT_TRUE(legal_in_xml(text)) << testing::PrintToString(text);
    }
    for (const std::string_view text : {"\x01", "\x08", "\x0B", "\x0C", "\x0E", "\x1F", "a\xEF\xBF\xBE", "\xEF\xBF\xBF",
                                        "\xFF", "\xC3", "\xED\xA0\x80"}) {
        EXPECT_FALSE(legal_in_xml(text)) << testing::PrintToString(text);
    }
    EXPECT_FALSE(legal_in_xml(std::string_view("\0", 1)));
    EXPECT_EQ(first_illegal_in_xml("ab\xC3\xBC\x01"), 4u);
}

}  // namespace
}  // namespace lazulite
