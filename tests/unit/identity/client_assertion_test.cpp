#include "identity/client_assertion.hpp"

#include <gtest/gtest.h>

#include "auth/json_web_token.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::November / 22 / 2026).time_since_epoch());
constexpr std::string_view kTenant = "11111111-2222-4333-8444-555555555555";
const std::string kClient = "aaaaaaaa-0000-4000-8000-000000000001";

class ClientAssertion : public ::testing::Test {
  protected:
    static const SigningKey& key() {
        static const SigningKey kKey = SigningKey::make();
        return kKey;
    }
    ClientAssertion() {
        principal_.client_id = kClient;
        principal_.certificates.push_back(key().verifying());
        principal_.federated.push_back({"https://cluster", "system:serviceaccount:ns:web", {"api://AzureADTokenExchange"}, {{"k1", key().verifying()}}});
    }
    static std::string assertion(const json& changes, const json& header = {{"alg", "RS256"}}) {
        json claims = {{"iss", kClient}, {"sub", kClient}, {"aud", "https://localhost:10000/" + std::string(kTenant) + "/oauth2/v2.0/token"},
                       {"nbf", unix_seconds(kNow) - 60}, {"exp", unix_seconds(kNow) + 600}};
        claims.update(changes);
        const std::string part = signed_part_of(header, claims);
        return part + "." + base64url_encode(as_bytes(key().sign(part)));
    }
    static std::string federated(const json& changes, const json& header = {{"alg", "RS256"}, {"kid", "k1"}}) {
        json claims = {{"iss", "https://cluster"}, {"sub", "system:serviceaccount:ns:web"}, {"aud", {"api://AzureADTokenExchange"}}};
        claims.update(changes);
        return assertion(claims, header);
    }
    std::string judge(std::string_view text) {
        const auto judged = check_client_assertion(principal_, text, kTenant, kNow);
        return judged ? "" : std::string(judged.error().code);
    }
    Principal principal_;
};

TEST_F(ClientAssertion, OfACertificateIsTaken) { EXPECT_EQ(judge(assertion(json::object())), ""); }

TEST_F(ClientAssertion, OfACertificateIsJudged) {
    EXPECT_EQ(judge("x"), "AADSTS50027");
    EXPECT_EQ(judge(assertion({{"sub", "other"}})), "AADSTS700021");
    EXPECT_EQ(judge(assertion({{"aud", "https://elsewhere/oauth2/v2.0/token"}})), "AADSTS700023");
    EXPECT_EQ(judge(assertion({{"exp", unix_seconds(kNow) - 301}})), "AADSTS700024");
    EXPECT_EQ(judge(assertion({{"nbf", unix_seconds(kNow) + 301}})), "AADSTS700024");
    EXPECT_EQ(judge(assertion(json::object(), {{"alg", "none"}})), "AADSTS700027");
    principal_.certificates = {SigningKey::make().verifying()};
    EXPECT_EQ(judge(assertion(json::object())), "AADSTS700027");
}

TEST_F(ClientAssertion, OfAFederationIsTaken) { EXPECT_EQ(judge(federated(json::object())), ""); }

TEST_F(ClientAssertion, OfAFederationIsJudged) {
    EXPECT_EQ(judge(federated({{"iss", "https://another"}})), "AADSTS700213");
    EXPECT_EQ(judge(federated({{"sub", "system:serviceaccount:ns:other"}})), "AADSTS700213");
    EXPECT_EQ(judge(federated({{"aud", "else"}})), "AADSTS700212");
    EXPECT_EQ(judge(federated(json::object(), {{"alg", "RS256"}, {"kid", "k2"}})), "AADSTS5000813");
    EXPECT_EQ(judge(federated({{"exp", unix_seconds(kNow) - 301}})), "AADSTS700024");
}

}  // namespace
}  // namespace lazulite
