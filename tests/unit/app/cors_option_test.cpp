#include "app/cors_option.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lazulite {
namespace {

using Texts = std::vector<std::string>;
const Texts kEveryMethod{"DELETE", "GET", "HEAD", "MERGE", "OPTIONS", "PATCH", "POST", "PUT"};

TEST(CorsOption, ARuleOfOriginsIsOpenOtherwise) {
    const auto rules = parse_cors("http://localhost:3000,https://contoso.com");
    ASSERT_TRUE(rules);
    ASSERT_EQ(rules->size(), 1U);
    EXPECT_EQ(rules->front().allowed_origins, (Texts{"http://localhost:3000", "https://contoso.com"}));
    EXPECT_EQ(rules->front().allowed_methods, kEveryMethod);
    EXPECT_EQ(rules->front().allowed_headers, Texts{"*"});
    EXPECT_EQ(rules->front().exposed_headers, Texts{"*"});
    EXPECT_EQ(rules->front().max_age_seconds, 3600U);
}

TEST(CorsOption, TakesEveryFieldAndSeveralRules) {
    const auto rules = parse_cors("allowedOrigins=*;allowedMethods=GET,PUT;allowedHeaders=x-ms-*;exposedHeaders=;maxAgeInSeconds=200 "
                                  "http://localhost;allowedMethods=GET");
    ASSERT_TRUE(rules);
    ASSERT_EQ(rules->size(), 2U);
    EXPECT_EQ((*rules)[0].allowed_origins, Texts{"*"});
    EXPECT_EQ((*rules)[0].allowed_methods, (Texts{"GET", "PUT"}));
    EXPECT_EQ((*rules)[0].allowed_headers, Texts{"x-ms-*"});
    EXPECT_EQ((*rules)[0].exposed_headers, Texts{});
    EXPECT_EQ((*rules)[0].max_age_seconds, 200U);
    EXPECT_EQ((*rules)[1].allowed_origins, Texts{"http://localhost"});
    EXPECT_EQ((*rules)[1].allowed_methods, Texts{"GET"});
}

TEST(CorsOption, RefusesWhatIsNoRule) {
    for (const char* text : {"allowedMethods=GET", "*;allowedMethods=FETCH", "*;allowedMethods=get", "*;allowedMethods=",
                             "*;maxAgeInSeconds=x", "*;maxAgeInSeconds=-1", "*;nonsense=1", "a b c d e f"}) {
        EXPECT_FALSE(parse_cors(text)) << text;
    }
    EXPECT_TRUE(parse_cors("a b c d e"));
}

TEST(CorsOption, ReadsTheConfigurationFile) {
    const auto rules = read_cors(nlohmann::json::parse(
        R"([{"allowedOrigins": ["http://localhost:3000"], "allowedMethods": ["GET"], "allowedHeaders": ["a", "b"],
             "exposedHeaders": ["*"], "maxAgeInSeconds": 7}, {"allowedOrigins": ["*"]}])"));
    ASSERT_TRUE(rules);
    ASSERT_EQ(rules->size(), 2U);
    EXPECT_EQ((*rules)[0].allowed_origins, Texts{"http://localhost:3000"});
    EXPECT_EQ((*rules)[0].allowed_methods, Texts{"GET"});
    EXPECT_EQ((*rules)[0].allowed_headers, (Texts{"a", "b"}));
    EXPECT_EQ((*rules)[0].exposed_headers, Texts{"*"});
    EXPECT_EQ((*rules)[0].max_age_seconds, 7U);
    EXPECT_EQ((*rules)[1].allowed_methods, kEveryMethod);
    const auto text = read_cors(nlohmann::json("http://localhost"));
    ASSERT_TRUE(text);
    EXPECT_EQ(text->front().allowed_origins, Texts{"http://localhost"});
}

TEST(CorsOption, RefusesWhatIsNoRuleInTheConfigurationFile) {
    for (const char* text : {"1", "{}", "[1]", R"([{}])", R"([{"allowedOrigins": "*"}])", R"([{"allowedOrigins": [1]}])",
                             R"([{"allowedOrigins": ["*"], "maxAgeInSeconds": "7"}])", R"([{"allowedOrigins": ["*"], "maxAge": 7}])"}) {
        EXPECT_FALSE(read_cors(nlohmann::json::parse(text))) << text;
    }
}

}  // namespace
}  // namespace lazulite
