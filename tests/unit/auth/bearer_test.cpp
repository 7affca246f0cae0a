#include "auth/bearer.hpp"

#include <gtest/gtest.h>

#include "auth/json_web_token.hpp"
#include "base/error_table.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

constexpr std::int64_t kNow = 1'790'000'000;
constexpr std::string_view kIssuer = "https://sts.windows.net/72f988bf-86f1-41af-91ab-2d7cd011db47/";
constexpr std::string_view kAudience = "https://storage.azure.com";

std::string url_base64(std::string_view text) {
    std::string encoded = base64_encode(as_bytes(text));
    while (encoded.ends_with('=')) encoded.pop_back();
    for (char& c : encoded) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return encoded;
}

std::string token_of(std::string_view claims) {
    return url_base64(R"({"alg":"none"})") + "." + url_base64(claims) + ".c2lnbmF0dXJl";
}

std::string a_token(std::string_view issuer = kIssuer, std::string_view audience = kAudience, std::int64_t begins = kNow - 60,
                    std::int64_t ends = kNow + 3600) {
    return token_of(R"({"iss":")" + std::string(issuer) + R"(","aud":")" + std::string(audience) + R"(","nbf":)" +
                    std::to_string(begins) + R"(,"exp":)" + std::to_string(ends) + R"(,"oid":"o-1","tid":"t-1"})");
}

Result<BearerClaims> verify(const std::string& token, ServiceVersion version = {2021, 12, 2}, bool secure = true) {
    return verify_bearer(
        {token, "acct", version, {2017, 11, 9}, secure, Instant(std::chrono::seconds(kNow)), {.others = true}});
}

std::string detail_of(const Result<BearerClaims>& result) {
    if (result) return "accepted";
    for (const auto& [name, value] : result.error().details()->elements) {
        if (name == "AuthenticationErrorDetail") return value;
    }
    return "no detail";
}

TEST(Bearer, SaysWhomTheTokenSpeaksFor) {
    const auto claims = verify(a_token());
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->object_id, "o-1");
    EXPECT_EQ(claims->tenant_id, "t-1");
}

TEST(Bearer, JudgesIssuers) {
    for (const std::string_view issuer :
         {"https://sts.windows.net/tenant/", "https://login.microsoftonline.com/tenant/v2.0",
          "https://login.microsoftonline.us/tenant/v2.0", "https://sts.chinacloudapi.cn/tenant/"}) {
        EXPECT_TRUE(verify(a_token(issuer))) << issuer;
    }
    for (const std::string_view issuer : {"", "https://sts.windows.net/", "http://sts.windows.net/tenant/", "https://example.com/",
                                          "https://sts.windows.net.example.com/tenant/"}) {
        EXPECT_EQ(detail_of(verify(a_token(issuer))), "Issuer validation failed. Issuer did not match.") << issuer;
    }
}

TEST(Bearer, JudgesAudiences) {
    for (const std::string_view audience :
         {"https://storage.azure.com", "https://storage.azure.com/", "e406a681-f3d4-42a8-90b6-c2b029497af1",
          "https://acct.blob.core.windows.net", "https://acct.blob.core.windows.net/", "https://acct.queue.core.windows.net",
          "https://acct.table.core.windows.net", "https://acct.file.core.windows.net", "https://acct.dfs.core.windows.net",
          "https://acct.blob.core.chinacloudapi.cn", "https://acct.blob.core.usgovcloudapi.net/"}) {
        EXPECT_TRUE(verify(a_token(kIssuer, audience))) << audience;
    }
    for (const std::string_view audience :
         {"", "https://storage.azure.com//", "http://storage.azure.com", "https://other.blob.core.windows.net",
          "https://acct.blob.core.windows.net.example.com", "https://acct.vault.azure.net", "https://acct.core.windows.net",
          "https://management.azure.com/"}) {
        EXPECT_EQ(detail_of(verify(a_token(kIssuer, audience))), "Audience validation failed. Audience did not match.")
            << audience;
    }
    EXPECT_TRUE(verify(token_of(R"({"iss":"https://sts.windows.net/t/","aud":["a","https://storage.azure.com"],"exp":1790003600})")));
}

TEST(Bearer, JudgesTheLifetime) {
    EXPECT_TRUE(verify(a_token(kIssuer, kAudience, kNow, kNow + 1)));
    EXPECT_EQ(detail_of(verify(a_token(kIssuer, kAudience, kNow + 1, kNow + 10))),
              "Lifetime validation failed. The token is not yet valid.");
    EXPECT_EQ(detail_of(verify(a_token(kIssuer, kAudience, kNow - 10, kNow))),
              "Lifetime validation failed. The token is expired.");
    for (const std::string_view times : {R"("nbf":1)", R"("exp":"1790003600")", R"("exp":-1)", R"("exp":1e300)", R"("exp":1790003600,"nbf":"x")"}) {
        const std::string token =
            token_of(R"({"iss":"https://sts.windows.net/t/","aud":"https://storage.azure.com",)" + std::string(times) + "}");
        EXPECT_EQ(detail_of(verify(token)), "Lifetime validation failed. The token has no expiration time.") << times;
    }
}

TEST(Bearer, JudgesTheFormFirst) {
    const std::string claims = url_base64("{}");
    for (const std::string& token : {std::string(), std::string("a"), std::string("a.b"), "a." + claims, "a." + claims + ".c.d",
                                     std::string("a.!!.c"), "a." + url_base64("[]") + ".c", "a." + url_base64("{") + ".c"}) {
        EXPECT_EQ(detail_of(verify(token)), "The token is not a well formed JSON web token.") << token;
    }
}

TEST(Bearer, IsAnotherErrorFromVersion20191212On) {
    const auto newer = verify(a_token("https://example.com/"), {2019, 12, 12});
    ASSERT_FALSE(newer);
    EXPECT_EQ(info(newer.error().code()).status, 401);
    EXPECT_EQ(info(newer.error().code()).name, "InvalidAuthenticationInfo");
    const auto older = verify(a_token("https://example.com/"), {2019, 7, 7});
    ASSERT_FALSE(older);
    EXPECT_EQ(info(older.error().code()).status, 403);
    EXPECT_EQ(info(older.error().code()).name, "AuthenticationFailed");
    EXPECT_EQ(detail_of(older), "Issuer validation failed. Issuer did not match.");
}

TEST(Bearer, NeedsTlsAndAVersionThatHasIt) {
    EXPECT_EQ(detail_of(verify(a_token(), {2021, 12, 2}, false)), "Authentication scheme Bearer is not supported over HTTP.");
    const auto old = verify(a_token(), {2017, 7, 29});
    EXPECT_EQ(detail_of(old), "Authentication scheme Bearer is not supported in this version.");
    ASSERT_FALSE(old);
    EXPECT_EQ(old.error().code(), ErrorCode::authentication_failed);
    EXPECT_TRUE(verify(a_token(), {2017, 11, 9}));
}

TEST(Bearer, TheChallengeNamesWhereTokensAreHad) {
    EXPECT_EQ(bearer_challenge("https://login.microsoftonline.com/common"),
              "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize "
              "resource_id=https://storage.azure.com");
}

/// Tokens that are signed here.
class OurBearer : public ::testing::Test {
  protected:
    std::string a_token(nlohmann::json changes = nlohmann::json::object()) {
        nlohmann::json claims = {{"iss", "https://sts.windows.net/our-tenant/"}, {"aud", kAudience}, {"tid", "our-tenant"},
                                 {"oid", "o-2"}, {"nbf", kNow - 60}, {"exp", kNow + 60}};
        claims.update(changes);
        const std::string part = signed_part_of({{"alg", "RS256"}, {"kid", key_.id()}}, claims);
        return part + "." + base64url_encode(as_bytes(key_.sign(part)));
    }
    Result<BearerClaims> verify(const std::string& token, bool others = false) {
        const TokenTrust trust{"our-tenant", key_.id(), &verifying_, others};
        return verify_bearer({token, "acct", {2021, 12, 2}, {2017, 11, 9}, true, Instant(std::chrono::seconds(kNow)), trust});
    }
    const SigningKey key_ = SigningKey::make();
    const VerifyingKey verifying_ = key_.verifying();
};

TEST_F(OurBearer, IsTaken) {
    for (const std::string issuer : {"https://sts.windows.net/our-tenant/", "https://localhost:10000/our-tenant/v2.0"}) {
        const auto claims = verify(a_token({{"iss", issuer}}));
        ASSERT_TRUE(claims) << issuer;
        EXPECT_EQ(claims->object_id, "o-2");
        EXPECT_TRUE(claims->ours);
    }
}

TEST_F(OurBearer, IsJudgedBySignatureIssuerTenantAudienceAndLifetime) {
    std::string forged = a_token();
    forged[forged.rfind('.') + 1] = forged[forged.rfind('.') + 1] == 'A' ? 'B' : 'A';
    EXPECT_EQ(detail_of(verify(forged)), "Signature validation failed. The signature does not belong to the token.");
    EXPECT_EQ(detail_of(verify(a_token({{"iss", "https://sts.windows.net/other/"}}))), "Issuer validation failed. Issuer did not match.");
    EXPECT_EQ(detail_of(verify(a_token({{"tid", "other"}}))), "Tenant validation failed. Tenant did not match.");
    EXPECT_EQ(detail_of(verify(a_token({{"aud", "https://vault.azure.net"}}))), "Audience validation failed. Audience did not match.");
    EXPECT_EQ(detail_of(verify(a_token({{"exp", kNow}}))), "Lifetime validation failed. The token is expired.");
}

TEST_F(OurBearer, OthersAreTakenOnDemandAlone) {
    const std::string foreign = lazulite::a_token();
    EXPECT_EQ(detail_of(verify(foreign)), "Issuer validation failed. Issuer did not match.");
    const auto taken = verify(foreign, true);
    ASSERT_TRUE(taken);
    EXPECT_FALSE(taken->ours);
}

TEST_F(OurBearer, NobodyElseSpeaksForOurTenant) {
    const std::string token = token_of(R"({"iss":"https://sts.windows.net/our-tenant/","aud":"https://storage.azure.com","tid":"our-tenant","oid":"o-2","exp":1790003600})");
    EXPECT_EQ(detail_of(verify(token, true)), "Signature validation failed. The key that the token is signed with is not known.");
}

}  // namespace
}  // namespace lazulite
