#include "identity/authority.hpp"

#include <gtest/gtest.h>

#include "auth/json_web_token.hpp"

namespace lazulite {
namespace {

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::November / 22 / 2026).time_since_epoch());

class AnAuthority : public ::testing::Test {
  protected:
    static const IdentitySecrets& secrets() {
        static const IdentitySecrets kSecrets = IdentitySecrets::make();
        return kSecrets;
    }
    Authority make(const IdentitySecrets& with = secrets(), bool others = false) {
        return Authority(default_identity(), with, others, [this](const IdentitySecrets& changed) { saved_ = changed.text(); });
    }
    static DelegationKey a_key(std::string_view object_id = "oid") {
        return {object_id, "tid", "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z", "b", "2026-04-06", ""};
    }
    std::string saved_;
};

TEST_F(AnAuthority, IssuesTokensThatItTakes) {
    const Authority authority = make();
    const Principal& developer = authority.settings().principals.front();
    const std::string token =
        authority.issue({developer, "https://storage.azure.com", issuer_v1(authority.settings().tenant), std::chrono::hours(1)}, kNow);
    const auto claims = verify_bearer({token, "acct", {2026, 4, 6}, {2017, 11, 9}, true, kNow, authority.trust()});
    ASSERT_TRUE(claims);
    EXPECT_TRUE(claims->ours);
    EXPECT_EQ(claims->object_id, developer.object_id);
    EXPECT_TRUE(authority.rights(*claims, ServiceLetter::blob, "acct", "c").has(Action::write));
    const auto parsed = JsonWebToken::parse(token);
    EXPECT_EQ(parsed->text("appid"), developer.client_id);
    EXPECT_EQ(parsed->time("exp"), kNow + std::chrono::hours(1));
}

TEST_F(AnAuthority, GrantsNothingToWhoIsGone) {
    const Authority authority = make();
    EXPECT_TRUE(authority.rights({"nobody", "tid", true}, ServiceLetter::blob, "acct", "c").empty());
    EXPECT_TRUE(authority.rights_of_delegator("nobody", ServiceLetter::blob, "acct", "c").empty());
}

TEST_F(AnAuthority, GrantsEverythingToTokensFromElsewhere) {
    const Authority authority = make(secrets(), true);
    EXPECT_TRUE(authority.rights({"nobody", "tid", false}, ServiceLetter::blob, "acct", "c").all_of(Rights::all()));
    EXPECT_TRUE(authority.rights_of_delegator("nobody", ServiceLetter::blob, "acct", "c").all_of(Rights::all()));
}

TEST_F(AnAuthority, DerivesTheSameKeyFromTheSameFacts) {
    const Authority authority = make();
    const std::string key = authority.delegation_key("acct", a_key());
    EXPECT_EQ(key.size(), 32U);
    EXPECT_EQ(make().delegation_key("acct", a_key()), key);
    EXPECT_NE(authority.delegation_key("other", a_key()), key);
    EXPECT_NE(authority.delegation_key("acct", a_key("other")), key);
    EXPECT_NE(make(IdentitySecrets::make()).delegation_key("acct", a_key()), key);
}

TEST_F(AnAuthority, RevokesTheKeysOfOneAccountForEver) {
    Authority authority = make();
    const std::string id = authority.signing_key().id();
    const std::string key = authority.delegation_key("acct", a_key());
    const std::string other = authority.delegation_key("other", a_key());
    authority.revoke_delegation_keys("acct");
    const std::string renewed = authority.delegation_key("acct", a_key());
    EXPECT_NE(renewed, key);
    EXPECT_EQ(authority.delegation_key("other", a_key()), other);
    const auto read = IdentitySecrets::parse(saved_);
    ASSERT_TRUE(read);
    const Authority restarted = make(*read);
    EXPECT_EQ(restarted.delegation_key("acct", a_key()), renewed);
    EXPECT_EQ(restarted.signing_key().id(), id);
}

TEST_F(AnAuthority, KeepsNothingBeforeSomebodyDependsOnIt) {
    const Authority authority = make();
    EXPECT_EQ(authority.trust().key, nullptr);
    EXPECT_EQ(saved_, "");
    const std::string key = authority.delegation_key("acct", a_key());
    const auto first = IdentitySecrets::parse(saved_);
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->signing_key);
    EXPECT_EQ(make(*first).delegation_key("acct", a_key()), key);
    const std::string id = authority.signing_key().id();
    EXPECT_EQ(IdentitySecrets::parse(saved_)->signing_key->id(), id);
    EXPECT_EQ(authority.trust().key_id, id);
}

TEST_F(AnAuthority, ReadsNoSecretsThatItDidNotWrite) {
    for (const std::string text : {"", "[]", "{}", R"({"signingKey": "x", "delegationSecret": "", "revocations": {}})"}) {
        EXPECT_FALSE(IdentitySecrets::parse(text)) << text;
    }
}

}  // namespace
}  // namespace lazulite
