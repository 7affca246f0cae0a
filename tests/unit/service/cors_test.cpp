#include "service/cors.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

const CorsRule kContoso{{"http://www.contoso.com", "https://*.contoso.com"}, {"PUT", "HEAD"}, {"x-ms-blob-type", "x-ms-meta-*"},
                        {"x-ms-meta-*", "etag"}, 5};
const CorsRule kAnyone{{"*"}, {"GET"}, {"*"}, {"*"}, 6};
const std::vector<CorsRule> kRules{kContoso, kAnyone};

TEST(CorsRules, TheFirstThatFitsOriginAndMethodIsFound) {
    EXPECT_EQ(find_cors_rule(kRules, "http://www.contoso.com", "PUT"), &kRules[0]);
    EXPECT_EQ(find_cors_rule(kRules, "http://www.contoso.com", "GET"), &kRules[1]);
    EXPECT_EQ(find_cors_rule(kRules, "http://www.fabrikam.com", "PUT"), nullptr);
    EXPECT_EQ(find_cors_rule(kRules, "http://www.contoso.com", "DELETE"), nullptr);
    EXPECT_EQ(find_cors_rule({}, "http://www.contoso.com", "GET"), nullptr);
}

TEST(CorsRules, OriginsCompareWithCase) {
    EXPECT_EQ(find_cors_rule(kRules, "http://WWW.contoso.com", "PUT"), nullptr);
    EXPECT_EQ(find_cors_rule(kRules, "http://www.contoso.com:8080", "PUT"), nullptr);
}

TEST(CorsRules, AStarStandsForASubdomain) {
    EXPECT_EQ(find_cors_rule(kRules, "https://a.contoso.com", "PUT"), &kRules[0]);
    EXPECT_EQ(find_cors_rule(kRules, "https://a.b.contoso.com", "PUT"), &kRules[0]);
    EXPECT_EQ(find_cors_rule(kRules, "https://.contoso.com", "PUT"), nullptr);
    EXPECT_EQ(find_cors_rule(kRules, "https://contoso.com", "PUT"), nullptr);
    EXPECT_EQ(find_cors_rule(kRules, "http://a.contoso.com", "PUT"), nullptr);
    EXPECT_EQ(find_cors_rule(kRules, "https://a.contoso.com.evil.org", "PUT"), nullptr);
}

TEST(CorsRules, WithoutAnOriginOnlyARuleForEveryOriginFits) {
    EXPECT_EQ(find_cors_rule(kRules, "", "GET"), &kRules[1]);
    EXPECT_EQ(find_cors_rule(kRules, "", "PUT"), nullptr);
}

Result<Response> preflight(std::string_view origin, std::string_view method, std::string_view headers) {
    FieldViews fields;
    if (!origin.empty()) fields.add("Origin", origin);
    if (!method.empty()) fields.add("Access-Control-Request-Method", method);
    if (!headers.empty()) fields.add("Access-Control-Request-Headers", headers);
    return answer_preflight(kRules, fields);
}

TEST(CorsPreflight, IsAnsweredWithWhatItAskedFor) {
    const auto response = preflight("http://www.contoso.com", "PUT", "X-MS-META-a,x-ms-blob-type");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->fields.text(),
              "Access-Control-Allow-Origin: http://www.contoso.com\r\n"
              "Access-Control-Allow-Methods: PUT\r\n"
              "Access-Control-Allow-Headers: X-MS-META-a,x-ms-blob-type\r\n"
              "Access-Control-Max-Age: 5\r\n"
              "Access-Control-Allow-Credentials: true\r\n");
}

TEST(CorsPreflight, WithoutHeadersNoneAreAllowed) {
    const auto response = preflight("http://x", "GET", "");
    ASSERT_TRUE(response);
    EXPECT_FALSE(response->fields.has("Access-Control-Allow-Headers"));
}

TEST(CorsPreflight, EveryHeaderMustBeAllowed) {
    EXPECT_TRUE(preflight("http://x", "GET", "anything,at,all"));
    const auto refused = preflight("http://www.contoso.com", "PUT", "x-ms-blob-type, x-ms-date");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::cors_preflight_failure);
}

TEST(CorsPreflight, NeedsOriginAndMethod) {
    EXPECT_EQ(preflight("", "PUT", "").error().code(), ErrorCode::invalid_header_value);
    EXPECT_EQ(preflight("http://x", "", "").error().code(), ErrorCode::invalid_header_value);
}

/// What an answer with an ETag and a metadata header carries besides.
std::string added(const std::vector<CorsRule>& rules, Method method, std::string_view origin) {
    Request request;
    request.method = method;
    if (!origin.empty()) request.fields.add("Origin", origin);
    Response response;
    response.fields.add("ETag", "1");
    response.fields.add("x-ms-meta-a", "2");
    const std::size_t before = response.fields.text().size();
    add_cors_headers(response, rules, request);
    return response.fields.text().substr(before);
}

// The table of the reference's page, row by row: Origin sent, rules there, a rule for every origin, a rule for this one.
TEST(CorsHeaders, FollowTheTableForReads) {
    const std::vector<CorsRule> exact{{{"http://a"}, {"GET"}, {}, {"etag"}, 0}};
    const std::vector<CorsRule> any{{{"*"}, {"GET"}, {}, {"etag"}, 0}};
    EXPECT_EQ(added({}, Method::get, ""), "");
    EXPECT_EQ(added(exact, Method::get, ""), "Vary: Origin\r\n");
    EXPECT_EQ(added(any, Method::get, ""), "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag\r\n");
    EXPECT_EQ(added({}, Method::get, "http://a"), "");
    EXPECT_EQ(added(exact, Method::get, "http://a"),
              "Access-Control-Allow-Origin: http://a\r\nAccess-Control-Expose-Headers: ETag\r\n"
              "Access-Control-Allow-Credentials: true\r\nVary: Origin\r\n");
    EXPECT_EQ(added(exact, Method::get, "http://b"), "Vary: Origin\r\n");
    EXPECT_EQ(added(any, Method::get, "http://b"),
              "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag\r\n");
    EXPECT_EQ(added(exact, Method::head, "http://a"), "Vary: Origin\r\n");
}

TEST(CorsHeaders, WritesNeverVary) {
    const std::vector<CorsRule> rules{{{"http://a"}, {"PUT"}, {}, {}, 0}};
    EXPECT_EQ(added(rules, Method::put, "http://a"),
              "Access-Control-Allow-Origin: http://a\r\nAccess-Control-Allow-Credentials: true\r\n");
    EXPECT_EQ(added(rules, Method::put, "http://b"), "");
    EXPECT_EQ(added(rules, Method::put, ""), "");
}

TEST(CorsHeaders, APreflightHasItsOwn) {
    EXPECT_EQ(added({{{"*"}, {"OPTIONS"}, {}, {"*"}, 0}}, Method::options, "http://a"), "");
}

TEST(CorsHeaders, ExposedAreThoseOfTheAnswer) {
    const auto exposing = [](std::vector<std::string> exposed) {
        return added({{{"*"}, {"GET"}, {}, std::move(exposed), 0}}, Method::get, "");
    };
    EXPECT_EQ(exposing({"*"}),
              "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag,x-ms-meta-a,Content-Length\r\n");
    EXPECT_EQ(exposing({"x-ms-request-id", "X-MS-Meta-*"}),
              "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: x-ms-meta-a\r\n");
    EXPECT_EQ(exposing({"x-ms-request-id"}), "Access-Control-Allow-Origin: *\r\n");
}

}  // namespace
}  // namespace lazulite
