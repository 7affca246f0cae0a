#include "wire/url.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(Url, SplitsAUrl) {
    const auto url = parse_absolute_url("HTTPS://[::1]:10000/a%20b/c?sv=1&x=?#part");
    ASSERT_TRUE(url);
    EXPECT_TRUE(url->secure);
    EXPECT_EQ(url->authority, "[::1]:10000");
    EXPECT_EQ(url->host, "::1");
    EXPECT_EQ(url->port, 10000);
    EXPECT_EQ(url->path, "/a%20b/c");
    EXPECT_EQ(url->query, "sv=1&x=?");
}

TEST(Url, FillsInPortAndPath) {
    const auto plain = parse_absolute_url("http://host?q");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->port, 80);
    EXPECT_EQ(plain->path, "/");
    EXPECT_EQ(plain->query, "q");
    EXPECT_EQ(parse_absolute_url("https://host:/")->port, 443);
}

TEST(Url, RefusesOtherTexts) {
    for (const char* text : {"", "host/path", "/a/b", "ftp://host/", "http://", "http:///path", "http://user@host/",
                             "http://host:0/", "http://host:65536/", "http://host:x/", "http://[::1", "http://[::1]x/",
                             "http://ho st/", "http://host/a b", "http://host/\r\nX:y"}) {
        EXPECT_FALSE(parse_absolute_url(text)) << text;
    }
}

TEST(Url, KnowsThisMachine) {
    for (const char* host : {"localhost", "LocalHost.", "account.blob.localhost", "127.0.0.1", "127.1.2.3", "::1"}) {
        EXPECT_TRUE(is_loopback(host)) << host;
    }
    for (const char* host : {"notlocalhost", "localhost.example", "127.0.0.1.example", "128.0.0.1", "::2", ""}) {
        EXPECT_FALSE(is_loopback(host)) << host;
    }
    EXPECT_FALSE(is_localhost("127.0.0.1"));
}

}  // namespace
}  // namespace lazulite
