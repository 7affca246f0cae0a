#include "service/accounts.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

TEST(AccountName, Is3To24LowerCaseLettersAndDigits) {
    for (const std::string_view name : {"abc", "a1b", "123", "devstoreaccount1", "abcdefghijklmnopqrstuvwx"}) {
        EXPECT_TRUE(is_account_name(name)) << name;
    }
    for (const std::string_view name :
         {"", "ab", "abcdefghijklmnopqrstuvwxy", "Abc", "a-b", "a_b", "a.b", "a b", "ab\xC3\xBC"}) {
        EXPECT_FALSE(is_account_name(name)) << name;
    }
}

TEST(ParseAccounts, ReadsNamesAndKeys) {
    const auto accounts = parse_accounts("one:a2V5MQ==;two:a2V5MQ==:a2V5Mg==");
    ASSERT_TRUE(accounts);
    ASSERT_EQ(accounts->size(), 2U);
    EXPECT_EQ((*accounts)[0].name, "one");
    ASSERT_EQ((*accounts)[0].keys.size(), 1U);
    EXPECT_EQ((*accounts)[0].keys[0].text(), "a2V5MQ==");
    EXPECT_EQ((*accounts)[1].name, "two");
    ASSERT_EQ((*accounts)[1].keys.size(), 2U);
    EXPECT_EQ((*accounts)[1].keys[0].text(), "a2V5MQ==");
    EXPECT_EQ((*accounts)[1].keys[1].text(), "a2V5Mg==");
    EXPECT_TRUE((*accounts)[1].settings.allow_shared_key);
}

TEST(ParseAccounts, AllowsATrailingSemicolon) {
    const auto accounts = parse_accounts("one:a2V5MQ==;");
    ASSERT_TRUE(accounts);
    EXPECT_EQ(accounts->size(), 1U);
}

TEST(ParseAccounts, RefusesAnyMalformedPart) {
    for (const std::string_view text :
         {"", ";", "one", "one:", ":a2V5MQ==", "one::a2V5MQ==", "one:a2V5MQ==:a2V5Mg==:a2V5Mw==", "one:a2V5MQ==;two",
          "one:a2V5MQ==;two:*", "o/e:a2V5MQ==", "_one:a2V5MQ==", "one-secondary:a2V5MQ=="}) {
        EXPECT_FALSE(parse_accounts(text)) << text;
    }
}

// As the emulator whose variable it is reads them: what is no base64 is passed over, and an empty second key is none.
TEST(ParseAccounts, ReadsKeysLeniently) {
    const auto accounts = parse_accounts("one:a2V5MQ:;my-Account:a2V5 MQ==:_-8=");
    ASSERT_TRUE(accounts);
    ASSERT_EQ(accounts->size(), 2U);
    ASSERT_EQ((*accounts)[0].keys.size(), 1U);
    EXPECT_EQ((*accounts)[0].keys[0].text(), "a2V5MQ==");
    EXPECT_EQ((*accounts)[1].name, "my-Account");
    ASSERT_EQ((*accounts)[1].keys.size(), 2U);
    EXPECT_EQ((*accounts)[1].keys[0].text(), "a2V5MQ==");
    EXPECT_EQ((*accounts)[1].keys[1].text(), "/+8=");
}

TEST(AccountName, MayBeUsableWithoutBeingAzures) {
    for (const std::string_view name : {"one", "my-account", "My_Account.1", "a", "1"}) {
        EXPECT_TRUE(is_usable_account_name(name)) << name;
    }
    for (const std::string_view name : {"", "_a", "-a", ".a", "a/b", "a b", "a:b", "a-secondary", "\xC3\xBC"}) {
        EXPECT_FALSE(is_usable_account_name(name)) << name;
    }
    EXPECT_FALSE(is_usable_account_name(std::string(64, 'a')));
}

TEST(AccountKey, SignsWithHmacSha256) {
    const auto key = AccountKey::parse(kDevelopmentKey);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->text(), kDevelopmentKey);
    // The account SAS of a public SDK client.
    EXPECT_EQ(
        key->sign(
            "devstoreaccount1\nrwdl\nb\nsco\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\nhttps,http\n2020-12-06\n\n"),
        "bO4KXpepJcv9ec+3HbJZb5a7+sq1LUvOKFFwDV3H9G8=");
    EXPECT_FALSE(AccountKey::parse("no base64"));
}

TEST(Accounts, AreFoundByTheirExactName) {
    Accounts accounts;
    EXPECT_EQ(accounts.find("one"), nullptr);
    accounts.put({"one", {}, {}});
    accounts.put({"two", {}, {}});
    ASSERT_NE(accounts.find("one"), nullptr);
    EXPECT_EQ(accounts.find("one")->name, "one");
    EXPECT_EQ(accounts.find("One"), nullptr);
    EXPECT_EQ(accounts.find(""), nullptr);
    EXPECT_EQ(accounts.all().size(), 2U);
}

TEST(Accounts, KeepTheStateThatARequestHolds) {
    Accounts accounts;
    accounts.put({"one", {}, {}});
    const auto before = accounts.find("one");
    accounts.put({"one", {}, {.allow_shared_key = false}});
    EXPECT_TRUE(before->settings.allow_shared_key);
    EXPECT_FALSE(accounts.find("one")->settings.allow_shared_key);
    EXPECT_EQ(accounts.all().size(), 1U);
}

}  // namespace
}  // namespace lazulite
