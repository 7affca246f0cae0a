#include "identity/token_endpoint.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "auth/json_web_token.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::November / 22 / 2026).time_since_epoch());
constexpr std::string_view kSettings = R"({"tenantId": "11111111-2222-4333-8444-555555555555", "identityHeader": "hush", "principals": [
    {"name": "web", "objectId": "aaaaaaaa-0000-4000-8000-00000000000a", "clientId": "aaaaaaaa-0000-4000-8000-000000000001", "managedIdentity": true},
    {"name": "job", "objectId": "aaaaaaaa-0000-4000-8000-00000000000b", "clientId": "aaaaaaaa-0000-4000-8000-000000000002", "managedIdentity": true},
    {"name": "app", "objectId": "aaaaaaaa-0000-4000-8000-00000000000c", "clientId": "aaaaaaaa-0000-4000-8000-000000000003", "clientSecret": ["old", "new"]}]})";
const std::string kTenantPath = "/11111111-2222-4333-8444-555555555555/";
const std::string kJob = "aaaaaaaa-0000-4000-8000-000000000002";
const std::string kApp = "aaaaaaaa-0000-4000-8000-000000000003";

struct Answer {
    int status;
    json body;
    [[nodiscard]] std::string claim(const char* name) const {
        const auto token = JsonWebToken::parse(body.at("access_token").get_ref<const std::string&>());
        return token ? token->text(name) : "no token";
    }
};

Answer ask(Method method, const std::string& path, std::string_view query, std::initializer_list<FieldViews::Field> fields, std::string_view form = "") {
    static const Authority authority(read_identity(kSettings).value(), IdentitySecrets::make(), false, nullptr);
    FieldViews views;
    for (const auto& field : fields) views.add(field.name, field.value);
    const Response response = answer_token_request(authority, {method, path, Query::parse(query).value(), views, form, "https://here:1"}, kNow);
    EXPECT_EQ(response.fields.find("Cache-Control"), "no-store");
    return {response.status, json::parse(std::get<std::string>(response.body))};
}

Answer app_service(std::string_view query, std::string_view header = "hush") {
    return ask(Method::get, std::string(kManagedIdentityPath), query, {{"X-IDENTITY-HEADER", header}});
}

Answer metadata(std::string_view query, std::string_view header = "true") {
    return ask(Method::get, std::string(kInstanceMetadataPath), query, {{"Metadata", header}});
}

Answer post(std::string_view form, const std::string& end = "oauth2/v2.0/token") {
    return ask(Method::post, kTenantPath + end, "", {}, form);
}

TEST(TokenEndpoint, GivesAppServicesTheirToken) {
    const Answer answer = app_service("api-version=2019-08-01&resource=https://storage.azure.com/");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body["token_type"], "Bearer");
    EXPECT_EQ(answer.body["resource"], "https://storage.azure.com/");
    EXPECT_EQ(answer.body["expires_on"], std::to_string(unix_seconds(kNow) + 24 * 3600));
    EXPECT_EQ(answer.body["client_id"], "aaaaaaaa-0000-4000-8000-000000000001");
    EXPECT_EQ(answer.claim("oid"), "aaaaaaaa-0000-4000-8000-00000000000a");
    EXPECT_EQ(answer.claim("aud"), "https://storage.azure.com/");
    EXPECT_EQ(answer.claim("iss"), "https://sts.windows.net/11111111-2222-4333-8444-555555555555/");
}

TEST(TokenEndpoint, GivesTheIdentityThatIsNamed) {
    const std::string begin = "api-version=2019-08-01&resource=r&";
    for (const std::string& name : {"client_id=" + kJob, std::string("principal_id=aaaaaaaa-0000-4000-8000-00000000000b"),
                                   std::string("mi_res_id=/subscriptions/s/userAssignedIdentities/job")}) {
        EXPECT_EQ(app_service(begin + name).claim("oid"), "aaaaaaaa-0000-4000-8000-00000000000b") << name;
    }
    // No managed identity.
    EXPECT_EQ(app_service(begin + "client_id=" + kApp).status, 400);
    EXPECT_EQ(app_service(begin + "client_id=nobody").status, 400);
}

TEST(TokenEndpoint, RefusesAppServicesWithoutTheirHeader) {
    EXPECT_EQ(app_service("api-version=2019-08-01&resource=r", "guess").status, 401);
    EXPECT_EQ(app_service("api-version=2017-09-01&resource=r").status, 400);
    EXPECT_EQ(app_service("api-version=2019-08-01").status, 400);
}

TEST(TokenEndpoint, GivesMachinesTheirToken) {
    const Answer answer = metadata("api-version=2018-02-01&resource=https://storage.azure.com");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body["expires_in"], "86400");
    EXPECT_EQ(answer.body["not_before"], std::to_string(unix_seconds(kNow)));
    EXPECT_EQ(answer.claim("oid"), "aaaaaaaa-0000-4000-8000-00000000000a");
}

TEST(TokenEndpoint, TakesTheMachinesPathWithASlashBehindIt) {
    const Answer answer = ask(Method::get, std::string(kInstanceMetadataPath) + "/", "api-version=2018-02-01&resource=r", {{"Metadata", "true"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(is_identity_path("/metadata/identity/oauth2/token/", "tenant"));
}

TEST(TokenEndpoint, RefusesMachinesAsTheInstanceMetadataServiceDoes) {
    const Answer probed = metadata("api-version=2018-02-01&resource=r", "");
    EXPECT_EQ(probed.status, 400);
    EXPECT_EQ(probed.body, json({{"error", "invalid_request"}, {"error_description", "Required metadata header not specified"}}));
    EXPECT_EQ(metadata("resource=r").status, 400);
    EXPECT_EQ(metadata("api-version=2018-02-01").status, 400);
    EXPECT_EQ(metadata("api-version=2018-02-01&resource=r&client_id=nobody").body["error_description"], "Identity not found");
}

TEST(TokenEndpoint, GivesClientsATokenForTheirSecret) {
    const Answer answer = post("grant_type=client_credentials&client_id=" + kApp + "&client_secret=new&scope=openid+https%3A%2F%2Fstorage.azure.com%2F.default");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body["expires_in"], 3599);
    EXPECT_EQ(answer.claim("oid"), "aaaaaaaa-0000-4000-8000-00000000000c");
    EXPECT_EQ(answer.claim("aud"), "https://storage.azure.com");
    EXPECT_EQ(answer.claim("iss"), "https://here:1/11111111-2222-4333-8444-555555555555/v2.0");
    const Answer first = post("grant_type=client_credentials&client_id=" + kApp + "&client_secret=old&resource=r", "oauth2/token");
    EXPECT_EQ(first.claim("aud"), "r");
    EXPECT_EQ(first.body["expires_in"], "3599");
}

TEST(TokenEndpoint, RefusesClientsInTheWordsOfEntra) {
    struct Row {
        std::string form;
        int status;
        std::string error;
        int code;
    };
    const std::string begin = "grant_type=client_credentials&client_id=" + kApp;
    for (const Row& row : std::initializer_list<Row>{
             {"", 400, "invalid_request", 900144},
             {"grant_type=password", 400, "unsupported_grant_type", 70003},
             {"grant_type=client_credentials&client_id=nobody&client_secret=new", 400, "unauthorized_client", 700016},
             {begin, 401, "invalid_client", 7000216},
             {begin + "&client_secret=wrong", 401, "invalid_client", 7000215},
             {begin + "&client_secret=new", 400, "invalid_request", 900144},
             {begin + "&client_secret=new&scope=user.read", 400, "invalid_scope", 1002012},
             {begin + "&client_assertion=x", 400, "invalid_request", 90014},
             {begin + "&client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", 401, "invalid_client", 50027}}) {
        const Answer answer = post(row.form);
        EXPECT_EQ(answer.status, row.status) << row.form;
        EXPECT_EQ(answer.body["error"], row.error) << row.form;
        EXPECT_EQ(answer.body["error_codes"], json::array({row.code})) << row.form;
        EXPECT_TRUE(answer.body["error_description"].get<std::string>().starts_with("AADSTS" + std::to_string(row.code) + ": ")) << row.form;
    }
}

TEST(TokenEndpoint, TellsWhereEverythingIs) {
    const Answer second = ask(Method::get, kTenantPath + "v2.0/.well-known/openid-configuration", "", {});
    const std::string begin = "https://here:1" + kTenantPath;
    EXPECT_EQ(second.body["issuer"], begin + "v2.0");
    EXPECT_EQ(second.body["token_endpoint"], begin + "oauth2/v2.0/token");
    EXPECT_EQ(second.body["jwks_uri"], begin + "discovery/v2.0/keys");
    const Answer first = ask(Method::get, kTenantPath + ".well-known/openid-configuration", "", {});
    EXPECT_EQ(first.body["issuer"], "https://sts.windows.net/11111111-2222-4333-8444-555555555555/");
}

TEST(TokenEndpoint, ShowsTheKeyThatTokensAreSignedWith) {
    const json keys = ask(Method::get, kTenantPath + "discovery/v2.0/keys", "", {}).body["keys"];
    ASSERT_EQ(keys.size(), 1U);
    const auto key = VerifyingKey::from_jwk(keys[0]);
    ASSERT_TRUE(key);
    const std::string text = app_service("api-version=2019-08-01&resource=r").body["access_token"];
    const auto token = JsonWebToken::parse(text);
    EXPECT_EQ(token->header_text("kid"), keys[0]["kid"].get<std::string>());
    EXPECT_TRUE(key->fits("RS256", token->signed_part, token->signature));
}

TEST(TokenEndpoint, KnowsItsPaths) {
    constexpr std::string_view kTenant = "11111111-2222-4333-8444-555555555555";
    EXPECT_TRUE(is_identity_path(kTenantPath + "oauth2/v2.0/token", kTenant));
    EXPECT_TRUE(is_identity_path("/metadata/identity/oauth2/token", kTenant));
    for (const std::string_view path : {"/", "/11111111-2222-4333-8444-555555555555", "/devstoreaccount1/c/b", "/metadata/identity",
                                        "/11111111-2222-4333-8444-555555555556/oauth2/v2.0/token"}) {
        EXPECT_FALSE(is_identity_path(path, kTenant)) << path;
    }
    EXPECT_EQ(ask(Method::get, kTenantPath + "nowhere", "", {}).status, 404);
}

}  // namespace
}  // namespace lazulite
