#include "wire/fields.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(FieldViews, FindsTheFirstIgnoringCase) {
    FieldViews fields;
    fields.add("Content-Type", "text/plain");
    fields.add("x-ms-meta-a", "");
    fields.add("content-type", "other");
    EXPECT_EQ(fields.find("CONTENT-TYPE"), "text/plain");
    EXPECT_EQ(fields.find("x-ms-meta-A"), "");
    EXPECT_EQ(fields.find("x-ms-meta"), std::nullopt);
    EXPECT_EQ(fields.value_or_empty("absent"), "");
    EXPECT_EQ(fields.size(), 3u);
}

TEST(FieldViews, JoinsWhatIsRepeated) {
    FieldViews fields;
    fields.add("x-ms-meta-a", "1");
    fields.add("If-Match", "\"0x1\"");
    fields.add("X-Ms-Meta-A", "2");
    fields.add("x-ms-meta-b", "");
    fields.add("if-match", "\"0x2\"");
    fields.add("x-ms-meta-a", "3");
    fields.join_repeated();
    EXPECT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields.begin()->name, "x-ms-meta-a");
    EXPECT_EQ(fields.find("x-ms-meta-a"), "1,2,3");
    EXPECT_EQ(fields.find("If-Match"), "\"0x1\",\"0x2\"");
    EXPECT_EQ(fields.find("x-ms-meta-b"), "");
    const FieldViews copy = fields;
    fields.clear();
    EXPECT_EQ(copy.find("x-ms-meta-a"), "1,2,3");
}

TEST(Fields, WritesInOrderAndFinds) {
    Fields fields;
    fields.add("ETag", "\"0x8D\"");
    fields.add("x-ms-version", "");
    EXPECT_EQ(fields.text(), "ETag: \"0x8D\"\r\nx-ms-version: \r\n");
    EXPECT_EQ(fields.find("etag"), "\"0x8D\"");
    EXPECT_EQ(fields.find("X-Ms-Version"), "");
    EXPECT_FALSE(fields.has("Date"));
}

TEST(Fields, NamesInOrder) {
    Fields fields;
    std::string names;
    const auto add = [&](std::string_view name) { names.append(name).append(";"); };
    fields.each_name(add);
    EXPECT_EQ(names, "");
    fields.add("ETag", "a: b");
    fields.add("x-ms-version", "");
    fields.each_name(add);
    EXPECT_EQ(names, "ETag;x-ms-version;");
}

TEST(Fields, ValuesCannotBecomeHeaders) {
    Fields fields;
    fields.add("Cache-Control", "a\r\nSet-Cookie: b");
    fields.add("x", std::string_view("1\0\t\x7F\xC3\xBC", 6));
    EXPECT_EQ(fields.text(), "Cache-Control: a  Set-Cookie: b\r\nx: 1 \t \xC3\xBC\r\n");
}

}  // namespace
}  // namespace lazulite
