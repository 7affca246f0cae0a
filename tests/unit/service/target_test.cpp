#include "service/target.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

class ParseTarget : public testing::Test {
  protected:
    ParseTarget() {
        accounts_.put({std::string(kDevelopmentAccount), {}, {}});
        accounts_.put({"acct", {}, {}});
    }

    Result<Target> parse(std::string_view host, std::string_view path, ServiceKind listener = ServiceKind::blob,
                         bool secure = false) {
        Request request;
        request.path = path;
        request.secure = secure;
        request.fields.add("Host", host);
        return parse_target(request, listener, accounts_);
    }

    Accounts accounts_;
};

TEST_F(ParseTarget, ReadsAccountContainerAndName) {
    struct Row {
        std::string_view host;
        std::string_view path;
        std::string_view account;
        bool path_style;
        bool secondary;
        std::string_view container;
        std::string_view name;
        std::string_view endpoint;
    };
    constexpr Row kRows[] = {
        // the account is the first segment: IP literals, names without a dot, names that are no account's
        {"127.0.0.1:10000", "/devstoreaccount1/c/b", "devstoreaccount1", true, false, "c", "b",
         "http://127.0.0.1:10000/devstoreaccount1/"},
        {"127.0.0.1", "/devstoreaccount1/c", "devstoreaccount1", true, false, "c", "",
         "http://127.0.0.1/devstoreaccount1/"},
        {"127.0.0.1:10000", "/devstoreaccount1", "devstoreaccount1", true, false, "", "",
         "http://127.0.0.1:10000/devstoreaccount1/"},
        {"localhost:10000", "/acct/c/d/e.txt", "acct", true, false, "c", "d/e.txt", "http://localhost:10000/acct/"},
        {"[::1]:10000", "/acct/c", "acct", true, false, "c", "", "http://[::1]:10000/acct/"},
        {"[::1]", "/acct/c", "acct", true, false, "c", "", "http://[::1]/acct/"},
        {"storage:10000", "/acct/c", "acct", true, false, "c", "", "http://storage:10000/acct/"},
        {"host.docker.internal:10000", "/devstoreaccount1/c/b", "devstoreaccount1", true, false, "c", "b",
         "http://host.docker.internal:10000/devstoreaccount1/"},
        {"", "/acct/c", "acct", true, false, "c", "", "http:///acct/"},
        // the account is the first label of the host
        {"acct.blob.localhost:10000", "/c/b", "acct", false, false, "c", "b", "http://acct.blob.localhost:10000/"},
        {"acct.blob.core.windows.net", "/c/d/e", "acct", false, false, "c", "d/e",
         "http://acct.blob.core.windows.net/"},
        {"ACCT.Blob.LocalHost:10000", "/c", "acct", false, false, "c", "", "http://ACCT.Blob.LocalHost:10000/"},
        {"acct.blob.localhost:10000", "/", "acct", false, false, "", "", "http://acct.blob.localhost:10000/"},
        {"acct.blob.localhost:10000", "/acct/b", "acct", false, false, "acct", "b",
         "http://acct.blob.localhost:10000/"},
        // the read-only replica
        {"127.0.0.1:10000", "/devstoreaccount1-secondary/c", "devstoreaccount1", true, true, "c", "",
         "http://127.0.0.1:10000/devstoreaccount1-secondary/"},
        {"acct-secondary.blob.localhost:10000", "/c/b", "acct", false, true, "c", "b",
         "http://acct-secondary.blob.localhost:10000/"},
        // slashes
        {"127.0.0.1", "/acct/", "acct", true, false, "", "", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/", "acct", true, false, "c", "", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/d/", "acct", true, false, "c", "d/", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c//b", "acct", true, false, "c", "/b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a//b", "acct", true, false, "c", "a//b", "http://127.0.0.1/acct/"},
        // escapes and backslashes
        {"127.0.0.1", "/acct/%24root/%C3%BC%20x%2Fy.txt", "acct", true, false, "$root", "\xC3\xBC x/y.txt",
         "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a+b%2B%2541", "acct", true, false, "c", "a+b+%41", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a%5Cb%5cc", "acct", true, false, "c", "a/b/c", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a\\b", "acct", true, false, "c", "a/b", "http://127.0.0.1/acct/"},
        // dot segments, plain and encoded; none leads above the account
        {"127.0.0.1", "/acct/c/./b", "acct", true, false, "c", "b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/%2E/b", "acct", true, false, "c", "b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/.%2Fb", "acct", true, false, "c", "b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/.%5Cb", "acct", true, false, "c", "b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a/./d/../b", "acct", true, false, "c", "a/b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a//../b", "acct", true, false, "c", "a/b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a/b/..", "acct", true, false, "c", "a/", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/a/.", "acct", true, false, "c", "a/", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/.", "acct", true, false, "c", "", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/../d/b", "acct", true, false, "d", "b", "http://127.0.0.1/acct/"},
        {"127.0.0.1", "/acct/c/../../../d/b", "acct", true, false, "d", "b", "http://127.0.0.1/acct/"},
        {"acct.blob.localhost", "/c/a/%2e%2e/b", "acct", false, false, "c", "b", "http://acct.blob.localhost/"},
        {"127.0.0.1", "/acct/c/..b/.c/d./...", "acct", true, false, "c", "..b/.c/d./...", "http://127.0.0.1/acct/"},
    };
    for (const Row& row : kRows) {
        const auto target = parse(row.host, row.path);
        ASSERT_TRUE(target) << row.host << row.path;
        EXPECT_EQ(target->account, row.account) << row.host << row.path;
        EXPECT_EQ(target->path_style, row.path_style) << row.host << row.path;
        EXPECT_EQ(target->secondary, row.secondary) << row.host << row.path;
        EXPECT_EQ(target->container, row.container) << row.host << row.path;
        EXPECT_EQ(target->name, row.name) << row.host << row.path;
        EXPECT_EQ(target->has_name, !row.name.empty()) << row.host << row.path;
        EXPECT_EQ(target->endpoint(), row.endpoint) << row.host << row.path;
    }
}

TEST_F(ParseTarget, TakesTheWholePathOfAWebsiteForABlobOfItsContainer) {
    struct Row {
        std::string_view host;
        std::string_view path;
        std::string_view name;
    };
    constexpr Row kRows[] = {
        {"127.0.0.1:10005", "/acct", ""},
        {"127.0.0.1:10005", "/acct/", ""},
        {"127.0.0.1:10005", "/acct/a", "a"},
        {"127.0.0.1:10005", "/acct/a/", "a/"},
        {"127.0.0.1:10005", "/acct/a/b.html", "a/b.html"},
        {"127.0.0.1:10005", "/acct//a//b", "/a//b"},
        {"127.0.0.1:10005", "/acct/$web/a", "$web/a"},
        {"127.0.0.1:10005", "/acct/%C3%BC%20x%2Fy+z", "\xC3\xBC x/y+z"},
        {"127.0.0.1:10005", "/acct/a%5Cb", "a/b"},
        {"127.0.0.1:10005", "/acct/a/../b/./c", "b/c"},
        {"127.0.0.1:10005", "/acct/%2e%2e/%2e%2e/b", "b"},
        {"127.0.0.1:10005", "/acct/a/b/..", "a/"},
        {"acct.web.localhost:10005", "/", ""},
        {"acct.web.localhost:10005", "/acct/a", "acct/a"},
        {"acct.z6.web.core.windows.net", "/a/", "a/"},
    };
    for (const Row& row : kRows) {
        const auto target = parse(row.host, row.path, ServiceKind::web);
        ASSERT_TRUE(target) << row.path;
        EXPECT_EQ(target->service, ServiceKind::web);
        EXPECT_EQ(target->account, "acct");
        EXPECT_EQ(target->container, "$web");
        EXPECT_EQ(target->name, row.name) << row.path;
    }
    EXPECT_EQ(parse("acct.web.localhost:10000", "/a")->service, ServiceKind::web);
    EXPECT_EQ(parse("127.0.0.1", "/acct/%ff", ServiceKind::web).error().code(), ErrorCode::invalid_uri);
}

TEST_F(ParseTarget, TakesTheServiceOfTheHostOnAnyListener) {
    const auto service = [&](std::string_view host, ServiceKind listener) {
        return parse(host, "/c", listener)->service;
    };
    EXPECT_EQ(service("acct.table.localhost:10000", ServiceKind::blob), ServiceKind::table);
    EXPECT_EQ(service("acct.queue.core.windows.net", ServiceKind::blob), ServiceKind::queue);
    EXPECT_EQ(service("acct.blob.localhost:10002", ServiceKind::table), ServiceKind::blob);
    EXPECT_EQ(service("acct.file.localhost", ServiceKind::blob), ServiceKind::file);
    EXPECT_EQ(service("acct.DFS.localhost", ServiceKind::blob), ServiceKind::dfs);
    EXPECT_EQ(service("acct-secondary.table.localhost", ServiceKind::blob), ServiceKind::table);
    EXPECT_EQ(service("acct.example.test", ServiceKind::queue), ServiceKind::queue);
    EXPECT_EQ(parse("127.0.0.1:10001", "/acct/q", ServiceKind::queue)->service, ServiceKind::queue);
}

TEST_F(ParseTarget, NamesTheSchemeInTheEndpoint) {
    EXPECT_EQ(parse("127.0.0.1:10000", "/acct/c", ServiceKind::blob, true)->endpoint(), "https://127.0.0.1:10000/acct/");
}

TEST_F(ParseTarget, RefusesAnUnknownAccount) {
    for (const std::string_view path :
         {"/", "/nobody/c", "/acct2/c", "/Acct/c", "/-secondary/c", "/acct-secondary-secondary/c"}) {
        const auto target = parse("127.0.0.1:10000", path);
        ASSERT_FALSE(target) << path;
        EXPECT_EQ(target.error().code(), ErrorCode::resource_not_found) << path;
    }
    // A host that is an IP address names no account, even with one's digits in front.
    accounts_.put({"127", {}, {}});
    EXPECT_FALSE(parse("127.0.0.1", "/c"));
}

TEST_F(ParseTarget, RefusesEscapesThatDoNotDecode) {
    for (const std::string_view path :
         {"/acct/c/%zz", "/acct/c/%4", "/acct/c/%", "/acct/%zz/b", "/%zz/c", "/acct/c/%FF", "/acct/c/%C3",
          "/acct/c/a%00b", "/acct/c%00/b", "/acct/c/%ED%A0%80", "/acct/c/%C0%AF"}) {
        const auto target = parse("127.0.0.1:10000", path);
        ASSERT_FALSE(target) << path;
        EXPECT_EQ(target.error().code(), ErrorCode::invalid_uri) << path;
    }
}

TEST_F(ParseTarget, TakesNoAccountFromTheHostWhenThatIsOff) {
    Request request;
    request.path = "/devstoreaccount1/c";
    request.fields.add("Host", "acct.blob.localhost");
    const auto target = parse_target(request, ServiceKind::blob, accounts_, false);
    ASSERT_TRUE(target);
    EXPECT_EQ(target->account, "devstoreaccount1");
    EXPECT_EQ(target->container, "c");
    EXPECT_TRUE(target->path_style);
    request.path = "/c";
    EXPECT_FALSE(parse_target(request, ServiceKind::blob, accounts_, false));
}

}  // namespace
}  // namespace lazulite
