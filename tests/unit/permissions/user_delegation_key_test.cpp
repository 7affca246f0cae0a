// Get User Delegation Key, and the SAS that its key signs.

#include <gtest/gtest.h>

#include "auth/user_delegation_sas.hpp"
#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "identity/authority.hpp"
#include "in_memory.hpp"
#include "table/operations.hpp"
#include "table/rows/schema.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kKeyUrl = "/acct/?restype=service&comp=userdelegationkey";

class UserDelegationKey : public ::testing::Test {
  protected:
    UserDelegationKey()
        : authority_(default_identity(), IdentitySecrets::make(), false, [](const IdentitySecrets&) {}),
          server_(blob::service(), blob::kBlobStore, Account{"acct", {AccountKey::parse("a2V5").value()}, {}}, false, &authority_) {}

    InMemory::Exchanged ask(std::string_view body, std::string_view url = kKeyUrl) {
        return server_.send("POST", url, {{"x-ms-version", "2026-04-06"}, {"Authorization", "Bearer " + token()}}, body);
    }
    std::string token() {
        return authority_.issue({authority_.settings().principals.front(), "https://storage.azure.com",
                                 issuer_v1(authority_.settings().tenant), 1h}, server_.now());
    }
    /// So long from now, in whole seconds.
    std::string in(std::chrono::seconds time) {
        return format_iso8601(Instant(std::chrono::floor<std::chrono::seconds>(server_.now() + time))).substr(0, 19) + "Z";
    }
    static std::string key_info(const std::string& start, const std::string& expiry) {
        return "<KeyInfo>" + (start.empty() ? "" : "<Start>" + start + "</Start>") + "<Expiry>" + expiry + "</Expiry></KeyInfo>";
    }
    static std::string element(const std::string& body, const std::string& name) {
        const std::size_t from = body.find("<" + name + ">") + name.size() + 2;
        return body.substr(from, body.find("</" + name + ">") - from);
    }

    Authority authority_;
    InMemory server_;
};

TEST_F(UserDelegationKey, SaysWhoseItIsAndHowLongItHolds) {
    const std::string start = in(-60s);
    const std::string expiry = in(24h);
    const auto answer = ask(key_info(start, expiry));
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(element(answer.body, "SignedOid"), authority_.settings().principals.front().object_id);
    EXPECT_EQ(element(answer.body, "SignedTid"), authority_.settings().tenant);
    EXPECT_EQ(element(answer.body, "SignedStart"), start);
    EXPECT_EQ(element(answer.body, "SignedExpiry"), expiry);
    EXPECT_EQ(element(answer.body, "SignedService"), "b");
    EXPECT_EQ(element(answer.body, "SignedVersion"), "2026-04-06");
    EXPECT_EQ(base64_decode(element(answer.body, "Value")).value_or("").size(), 32U);
    EXPECT_EQ(answer.body.find("SignedDelegatedUserTid"), std::string::npos);
}

TEST_F(UserDelegationKey, SignsASasUntilItIsRevoked) {
    const auto answer = ask(key_info(in(-60s), in(1h)));
    std::string fields = "sv=2026-04-06&sr=c&sp=r&se=2999-01-01";
    for (const auto& [field, name] : {std::pair{"skoid", "SignedOid"}, {"sktid", "SignedTid"}, {"skt", "SignedStart"},
                                      {"ske", "SignedExpiry"}, {"sks", "SignedService"}, {"skv", "SignedVersion"}}) {
        fields += "&" + std::string(field) + "=" + element(answer.body, name);
    }
    const auto text = user_delegation_string_to_sign(*Query::parse(fields), {}, kNewestVersion, "acct",
                                                     {Reach::container, ServiceLetter::blob, "con", ""});
    const std::string key = *base64_decode(element(answer.body, "Value"));
    const std::string url = "/acct/con/b?" + fields + "&sig=" + percent_encode(base64_encode(HmacSha256(as_bytes(key)).sign(*text)));
    EXPECT_EQ(server_.send("GET", url, {}).code, "ContainerNotFound");
    authority_.revoke_delegation_keys("acct");
    const auto revoked = server_.send("GET", url, {});
    EXPECT_EQ(revoked.status, 403);
    EXPECT_EQ(revoked.code, "AuthenticationFailed");
}

TEST_F(UserDelegationKey, HoldsSevenDaysAtMost) {
    EXPECT_EQ(ask(key_info(in(-60s), in(7 * 24h - 61s))).status, 200);
    // What the service says of these is on no page.
    for (const auto& [start, expiry] : {std::pair{in(-60s), in(7 * 24h + 60s)}, {in(60s), in(7 * 24h + 120s)}, {in(120s), in(60s)},
                                        {in(-120s), in(-60s)}, {std::string(), in(7 * 24h + 60s)}, {std::string(), std::string("soon")},
                                        {std::string("now"), in(60s)}}) {
        const auto refused = ask(key_info(start, expiry));
        EXPECT_EQ(refused.status, 400) << start << " " << expiry;
        EXPECT_EQ(refused.code, "InvalidXmlNodeValue") << start << " " << expiry;
    }
}

TEST_F(UserDelegationKey, NeedsAKeyInfoWithAnExpiry) {
    EXPECT_EQ(ask("<KeyInfo><Start>" + in(0s) + "</Start></KeyInfo>").code, "MissingRequiredXmlNode");
    EXPECT_EQ(ask("<Other/>").code, "InvalidXmlDocument");
    EXPECT_EQ(ask("").code, "InvalidXmlDocument");
    EXPECT_EQ(ask("<KeyInfo>").code, "InvalidXmlDocument");
}

TEST_F(UserDelegationKey, IsAnotherForAUserOfAnotherTenant) {
    const std::string times = "<Start>" + in(0s) + "</Start><Expiry>" + in(60s) + "</Expiry>";
    const auto own = ask("<KeyInfo>" + times + "</KeyInfo>");
    const auto other = ask("<KeyInfo>" + times + "<DelegatedUserTid>22222222-2222-2222-2222-222222222222</DelegatedUserTid></KeyInfo>");
    EXPECT_EQ(element(other.body, "SignedDelegatedUserTid"), "22222222-2222-2222-2222-222222222222");
    EXPECT_NE(element(own.body, "Value"), element(other.body, "Value"));
}

/// Requests of SDKs that do not say what other requests have to.
InMemory::Exchanged with_token(const Service& service, const StoreKind& store, std::string_view method, std::string_view target,
                               std::string_view version, std::string_view body = "") {
    const Authority authority(default_identity(), IdentitySecrets::make(), false, nullptr);
    InMemory server(service, store, Account{"acct", {AccountKey::parse("a2V5").value()}, {}}, false, &authority);
    const std::string token = authority.issue({authority.settings().principals.front(), "https://storage.azure.com",
                                               issuer_v1(authority.settings().tenant), 1h}, server.now());
    return server.send(method, target, {{"x-ms-version", std::string(version)}, {"Authorization", "Bearer " + token},
                                        {"Accept", "application/json;odata=nometadata"}}, body);
}

TEST(TokensOfTables, AreTakenInTheVersionThatSdksSpeak) {
    EXPECT_EQ(with_token(table::service(), table::kTableStore, "GET", "/acct/Tables", "2019-02-02").status, 200);
    const auto before = with_token(table::service(), table::kTableStore, "GET", "/acct/Tables", "2018-11-09");
    EXPECT_EQ(before.status, 403);
    EXPECT_EQ(before.code, "AuthenticationFailed");
}

TEST(TokensOfFiles, NeedNoIntentForAUserDelegationKey) {
    EXPECT_EQ(with_token(file::service(), file::kFileStore, "POST", kKeyUrl, "2026-04-06", "<KeyInfo/>").code, "MissingRequiredXmlNode");
    EXPECT_EQ(with_token(file::service(), file::kFileStore, "GET", "/acct/?comp=list", "2026-04-06").code, "MissingRequiredHeader");
}

}  // namespace
}  // namespace lazulite
