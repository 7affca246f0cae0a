#include "auth/canonical.hpp"

#include <gtest/gtest.h>

#include "signing.hpp"

namespace lazulite {
namespace {

using Order = Canonicalization::Order;
using Blanks = Canonicalization::Blanks;

constexpr ServiceVersion kRecent{2024, 8, 4};
constexpr Canonicalization kOrdinal{Order::ordinal, Blanks::as_received};
constexpr Canonicalization kCulture{Order::culture, Blanks::as_received};
constexpr Canonicalization kFolded{Order::ordinal, Blanks::folded};

TEST(CanonicalizedHeaders, TakeTheStorageHeadersAloneWhateverTheirCase) {
    const auto fields = fields_of({{"Content-Type", "text/plain"},
                                   {"X-MS-Version", "2024-08-04"},
                                   {"x-ms", "no"},
                                   {"x-msn-id", "no"},
                                   {"x-Ms-Date", "Fri, 20 Nov 2026 21:07:12 GMT"}});
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kOrdinal),
              "x-ms-date:Fri, 20 Nov 2026 21:07:12 GMT\nx-ms-version:2024-08-04\n");
}

TEST(CanonicalizedHeaders, AreEmptyWhenThereAreNone) {
    EXPECT_EQ(canonicalized_headers(fields_of({{"Host", "localhost"}}), kRecent, kOrdinal), "");
}

TEST(CanonicalizedHeaders, AreOrderedByByte) {
    const auto fields = fields_of({{"x-ms-ab", "1"}, {"x-ms-meta-a_", "3"}, {"x-ms-a-b", "2"}, {"x-ms-meta-a1", "4"}});
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kOrdinal),
              "x-ms-a-b:2\nx-ms-ab:1\nx-ms-meta-a1:4\nx-ms-meta-a_:3\n");
}

TEST(CanonicalizedHeaders, AreOrderedByCulture) {
    const auto fields = fields_of({{"x-ms-a-b", "2"}, {"x-ms-meta-a1", "4"}, {"x-ms-ab", "1"}, {"x-ms-meta-a_", "3"}});
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kCulture),
              "x-ms-ab:1\nx-ms-a-b:2\nx-ms-meta-a_:3\nx-ms-meta-a1:4\n");
}

TEST(CanonicalizedHeaders, JoinRepeatedOnesInArrivalOrder) {
    const auto fields =
        fields_of({{"x-ms-meta-b", "z"}, {"x-ms-meta-a", "1"}, {"X-Ms-Meta-B", "a"}, {"x-ms-meta-b", "m"}});
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kOrdinal), "x-ms-meta-a:1\nx-ms-meta-b:z,a,m\n");
}

TEST(CanonicalizedHeaders, KeepEmptyValuesFromVersion20160531On) {
    const auto fields = fields_of({{"x-ms-meta-a", ""}, {"x-ms-meta-b", "1"}});
    EXPECT_EQ(canonicalized_headers(fields, {2016, 5, 31}, kOrdinal), "x-ms-meta-a:\nx-ms-meta-b:1\n");
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kOrdinal), "x-ms-meta-a:\nx-ms-meta-b:1\n");
    EXPECT_EQ(canonicalized_headers(fields, {2015, 12, 11}, kOrdinal), "x-ms-meta-b:1\n");
    EXPECT_EQ(canonicalized_headers(fields, {2009, 9, 19}, kOrdinal), "x-ms-meta-b:1\n");
}

TEST(CanonicalizedHeaders, KeepOrFoldInnerBlanks) {
    const auto fields =
        fields_of({{"x-ms-meta-a", "x  y"}, {"x-ms-meta-b", "x \t y"}, {"x-ms-meta-c", "p  \"x  y\"  z"}});
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kOrdinal),
              "x-ms-meta-a:x  y\nx-ms-meta-b:x \t y\nx-ms-meta-c:p  \"x  y\"  z\n");
    EXPECT_EQ(canonicalized_headers(fields, kRecent, kFolded),
              "x-ms-meta-a:x y\nx-ms-meta-b:x y\nx-ms-meta-c:p \"x  y\" z\n");
}

// Each row: the first name sorts before the second.
TEST(CultureOrder, FollowsTheServiceTable) {
    constexpr std::pair<std::string_view, std::string_view> kRows[] = {
        {"x-ms-a", "x-ms-b"},
        {"x-ms-a", "x-ms-ab"},
        {"x-ms-ab", "x-ms-a-b"},
        {"x-ms-ab", "x-ms-ab-"},
        {"x-ms-ab-c", "x-ms-a-bc"},
        {"x-ms-a-b", "x-ms-ac"},
        {"x-ms-date", "x-ms-date-x"},
        {"x-ms-meta-ab", "x-ms-meta-a'b"},
        // symbols before digits before letters
        {"x-ms-a_", "x-ms-a1"},
        {"x-ms-a~", "x-ms-a0"},
        {"x-ms-a9", "x-ms-aa"},
        {"x-ms-a|", "x-ms-aa"},
        // the symbols among themselves
        {"x-ms-!", "x-ms-#"},
        {"x-ms-#", "x-ms-$"},
        {"x-ms-$", "x-ms-%"},
        {"x-ms-%", "x-ms-&"},
        {"x-ms-&", "x-ms-*"},
        {"x-ms-*", "x-ms-."},
        {"x-ms-.", "x-ms-^"},
        {"x-ms-^", "x-ms-_"},
        {"x-ms-_", "x-ms-`"},
        {"x-ms-`", "x-ms-|"},
        {"x-ms-|", "x-ms-~"},
        {"x-ms-~", "x-ms-+"},
        {"x-ms-+", "x-ms-0"},
        {"x-ms-0", "x-ms-9"},
        {"x-ms-9", "x-ms-a"},
    };
    for (const auto& [before, after] : kRows) {
        EXPECT_TRUE(culture_less(before, after)) << before << " " << after;
        EXPECT_FALSE(culture_less(after, before)) << after << " " << before;
        EXPECT_FALSE(culture_less(before, before)) << before;
    }
}

TEST(CultureOrder, TellsEveryTwoNamesApart) {
    // In ascending order: what a hyphen and an apostrophe are before does not depend on what follows.
    constexpr std::string_view kNames[] = {"x-ms-'a", "x-ms-'ab", "x-ms--ab", "x-ms-ac"};
    for (std::size_t i = 0; i < std::size(kNames); ++i) {
        for (std::size_t j = 0; j < std::size(kNames); ++j) {
            EXPECT_EQ(culture_less(kNames[i], kNames[j]), i < j) << kNames[i] << " " << kNames[j];
        }
    }
}

TEST(CanonicalizedResource, HoldsAccountAndEncodedPath) {
    EXPECT_EQ(canonicalized_resource("acct", "/c/dir/%C3%BC%20x.txt", Query()), "/acct/c/dir/%C3%BC%20x.txt");
    EXPECT_EQ(canonicalized_resource("acct", "/", Query()), "/acct/");
}

TEST(CanonicalizedResource, SortsAndJoinsTheQuery) {
    EXPECT_EQ(
        canonicalized_resource("a", "/c", a_query("restype=container&comp=list&include=snapshots&include=metadata")),
        "/a/c\ncomp:list\ninclude:metadata,snapshots\nrestype:container");
    EXPECT_EQ(canonicalized_resource("a", "/c", a_query("Include=b&COMP=List&include=a&include=B")),
              "/a/c\ncomp:List\ninclude:B,a,b");
    EXPECT_EQ(canonicalized_resource("a", "/c", a_query("a_b=3&ab=2&a-b=1")), "/a/c\na-b:1\na_b:3\nab:2");
}

TEST(CanonicalizedResource, DecodesNamesAndValues) {
    EXPECT_EQ(
        canonicalized_resource("a", "/c", a_query("prefix=a%20b%2F%C3%BC&mark%65r=x+y&timeout=30&unknown=%3D%0A")),
        "/a/c\nmarker:x y\nprefix:a b/\xC3\xBC\ntimeout:30\nunknown:=\n");
}

TEST(CanonicalizedResource, KeepsEmptyValues) {
    EXPECT_EQ(canonicalized_resource("a", "/c", a_query("prefix=&flag")), "/a/c\nflag:\nprefix:");
}

TEST(CanonicalizedResourceLite, HoldsCompAlone) {
    EXPECT_EQ(canonicalized_resource_lite("a", "/c/%20b", a_query("timeout=3&comp=metadata&restype=container")),
              "/a/c/%20b?comp=metadata");
    EXPECT_EQ(canonicalized_resource_lite("a", "/c", a_query("restype=container")), "/a/c");
}

}  // namespace
}  // namespace lazulite
