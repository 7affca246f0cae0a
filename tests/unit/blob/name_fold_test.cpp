#include "blob/domain/name_fold.hpp"

#include <gtest/gtest.h>

namespace lazulite::blob {
namespace {

TEST(NameFold, CutsAfterTheFirstDelimiterBehindThePrefix) {
    EXPECT_EQ(folded("a/b/c", "", "/"), "a/");
    EXPECT_EQ(folded("a/b/c", "a", "/"), "a/");
    EXPECT_EQ(folded("a/b/c", "a/", "/"), "a/b/");
    EXPECT_EQ(folded("a/b/c", "a/b", "/"), "a/b/");
    EXPECT_EQ(folded("/a", "", "/"), "/");
    EXPECT_EQ(folded("a//b", "a/", "/"), "a//");
    EXPECT_EQ(folded("a/", "", "/"), "a/");
}

TEST(NameFold, LeavesNamesWithoutADelimiterBehindThePrefix) {
    EXPECT_EQ(folded("a", "", "/"), std::nullopt);
    EXPECT_EQ(folded("a/b", "a/", "/"), std::nullopt);
    EXPECT_EQ(folded("a/", "a/", "/"), std::nullopt);
}

TEST(NameFold, TakesLongDelimiters) {
    EXPECT_EQ(folded("a--b--c", "", "--"), "a--");
    EXPECT_EQ(folded("a-b", "", "--"), std::nullopt);
    EXPECT_EQ(folded("x\xC3\xBCy", "", "\xC3\xBC"), "x\xC3\xBC");
}

TEST(NameFold, DoesNothingWithoutADelimiter) {
    EXPECT_EQ(folded("a/b", "", ""), std::nullopt);
}

TEST(AfterPrefix, IsTheNextTextOfThatLength) {
    EXPECT_EQ(after_prefix("a"), "b");
    EXPECT_EQ(after_prefix("a/"), "a0");
    EXPECT_EQ(after_prefix("a\x7f"), "a\x80");
    EXPECT_EQ(after_prefix("a\xff"), "b");
    EXPECT_EQ(after_prefix("a\xff\xff"), "b");
}

TEST(AfterPrefix, IsEmptyWhenNothingCanFollow) {
    EXPECT_EQ(after_prefix(""), "");
    EXPECT_EQ(after_prefix("\xff\xff"), "");
}

}  // namespace
}  // namespace lazulite::blob
