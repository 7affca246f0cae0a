#include "web/domain/pages.hpp"

#include <gtest/gtest.h>

namespace lazulite::web {
namespace {

using Names = std::vector<std::string>;

TEST(Pages, OfFoldersAreIndexDocuments) {
    const auto pages = [](std::string_view path) { return pages_for(path, "index.html", {}); };
    EXPECT_EQ(pages(""), Names({"index.html"}));
    EXPECT_EQ(pages("a"), Names({"a", "a/index.html"}));
    EXPECT_EQ(pages("a/"), Names({"a/index.html"}));
    EXPECT_EQ(pages("a/b"), Names({"a/b", "a/b/index.html"}));
    EXPECT_EQ(pages("a/b/"), Names({"a/b/index.html"}));
    EXPECT_EQ(pages("a.html"), Names({"a.html", "a.html/index.html"}));
    EXPECT_EQ(pages("/"), Names({"/index.html"}));
}

TEST(Pages, AreOneForEveryPathWithADefaultIndexDocument) {
    const auto pages = [](std::string_view path) { return pages_for(path, {}, "app/start.html"); };
    EXPECT_EQ(pages(""), Names({"app/start.html"}));
    EXPECT_EQ(pages("a"), Names({"a", "app/start.html"}));
    EXPECT_EQ(pages("a/"), Names({"a/", "app/start.html"}));
}

TEST(Pages, AreTheNamedBlobsAloneWithoutAnIndexDocument) {
    const auto pages = [](std::string_view path) { return pages_for(path, {}, {}); };
    EXPECT_EQ(pages(""), Names());
    EXPECT_EQ(pages("a"), Names({"a"}));
    EXPECT_EQ(pages("a/"), Names({"a/"}));
}

}  // namespace
}  // namespace lazulite::web
