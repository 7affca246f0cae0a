#include "wire/uri.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(PercentDecode, ResolvesEscapes) {
    EXPECT_EQ(percent_decode(""), "");
    EXPECT_EQ(percent_decode("a%20b%2fC%2F%C3%BC"), "a b/C/\xC3\xBC");
    EXPECT_EQ(percent_decode("%00%fF"), std::string("\0\xFF", 2));
    EXPECT_EQ(percent_decode("%2541"), "%41");  // once, not twice
}

TEST(PercentDecode, PlusIsABlankOnlyWhereAsked) {
    EXPECT_EQ(percent_decode("a+b%2B"), "a+b+");
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(PercentDecode, RefusesCutAndStrayEscapes) {
    for (const std::string_view text : {"%", "a%", "a%4", "%4g", "%g4", "%%41", "% 41", "%-1"}) {
        EXPECT_EQ(percent_decode(text), std::nullopt) << text;
    }
}

TEST(PercentEncode, KeepsUnreservedCharacters) {
    EXPECT_EQ(percent_encode("AZaz09-._~"), "AZaz09-._~");
    EXPECT_EQ(percent_encode(" !\"#$%&'()*+,/:;<=>?@[\\]^`{|}"),
              "%20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%60%7B%7C%7D");
    EXPECT_EQ(percent_encode("\xC3\xBC"), "%C3%BC");
    EXPECT_EQ(percent_encode(std::string_view("\0\x7F", 2)), "%00%7F");
}

TEST(PercentEncode, KeepsWhatItIsTold) {
    EXPECT_EQ(percent_encode("a/b c?", "/?"), "a/b%20c?");
}

std::string text_of(const Query& query) {
    std::string text;
    for (const Query::Parameter& p : query.all()) text.append("[").append(p.name).append("|").append(p.value).append("]");
    return text;
}

TEST(Query, KeepsOrderAndDecodes) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"", ""},
        {"comp=list", "[comp|list]"},
        {"b=2&a=1&b=3", "[b|2][a|1][b|3]"},
        {"restype=container&comp=list&prefix=a%20b%2F%C3%BC", "[restype|container][comp|list][prefix|a b/\xC3\xBC]"},
        {"sig=a%2Bb%3D&x=a+b", "[sig|a+b=][x|a b]"},
        {"sig=ab==", "[sig|ab==]"},
        {"a", "[a|]"},
        {"a=", "[a|]"},
        {"=a", "[|a]"},
        {"&&a=1&", "[a|1]"},
        {"a%3Db=c%26d", "[a=b|c&d]"},
    };
    for (const auto& [text, expected] : cases) {
        const auto query = Query::parse(text);
        ASSERT_TRUE(query) << text;
        EXPECT_EQ(text_of(*query), expected) << text;
    }
}

TEST(Query, OutlivesItsTextAndWhatItWasCopiedFrom) {
    std::optional<Query> first = Query::parse(std::string("prefix=a%20b"));
    const Query copy = *first;
    first.reset();
    EXPECT_EQ(text_of(copy), "[prefix|a b]");
}

TEST(Query, RefusesBrokenEscapesAndWhatIsNotUtf8) {
    for (const std::string_view text : {"a=%", "a=%4", "%zz=1", "a=%FF", "%C3=1", "a=%ED%A0%80", "a=\xFF"}) {
        EXPECT_FALSE(Query::parse(text)) << text;
    }
}

TEST(WithoutSignature, ReplacesEverySignature) {
    EXPECT_EQ(without_signature("sv=2020-12-06&sig=abc%2Fdef%3D&sp=r"), "sv=2020-12-06&sig=***&sp=r");
    EXPECT_EQ(without_signature("sig=abc"), "sig=***");
    EXPECT_EQ(without_signature("a=1&SIG=abc&Sig=def"), "a=1&sig=***&sig=***");
    EXPECT_EQ(without_signature("sig="), "sig=***");
}

// The name is decoded before a SAS is looked for, so an encoded one is a signature too.
TEST(WithoutSignature, ReplacesThoseUnderAnEncodedName) {
    EXPECT_EQ(without_signature("s%69g=secret").find("secret"), std::string::npos);
    EXPECT_EQ(without_signature("%73%69%67=secret&a=1").find("secret"), std::string::npos);
}

TEST(WithoutSignature, KeepsTheRest) {
    EXPECT_EQ(without_signature(""), "");
    EXPECT_EQ(without_signature("restype=container&comp=list"), "restype=container&comp=list");
    EXPECT_EQ(without_signature("signature=1&design=2&sigma=3"), "signature=1&design=2&sigma=3");
}

TEST(Query, FindsTheFirstIgnoringCase) {
    const auto query = Query::parse("Comp=list&comp=other&empty=");
    ASSERT_TRUE(query);
    EXPECT_EQ(*query->find("cOMP"), "list");
    EXPECT_EQ(query->find("restype"), nullptr);
    EXPECT_TRUE(query->has("EMPTY"));
    EXPECT_EQ(query->value_or_empty("empty"), "");
    EXPECT_EQ(query->value_or_empty("restype"), "");
    EXPECT_EQ(query->value_or_empty("comp"), "list");
}

}  // namespace
}  // namespace lazulite
