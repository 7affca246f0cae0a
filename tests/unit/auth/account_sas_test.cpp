#include "auth/account_sas.hpp"

#include <gtest/gtest.h>

#include "signing.hpp"

namespace lazulite {
namespace {

using namespace std::chrono_literals;

// Both made by a public SDK client.
constexpr std::string_view kOf2015 =
    "sv=2015-04-05&ss=b&srt=sco&spr=https%2Chttp&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z&sp=rwdl"
    "&sig=e7%2Bfl9J5L4BWMDdQ%2F%2FMBb%2FaJaE2sfbqZzizF%2FLuxcm0%3D";
constexpr std::string_view kOf2020 =
    "sv=2020-12-06&ss=b&srt=sco&spr=https%2Chttp&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z&sp=rwdl"
    "&sig=bO4KXpepJcv9ec%2B3HbJZb5a7%2Bsq1LUvOKFFwDV3H9G8%3D";

const Instant kStart = midnight(2026, 1, 1);
const Instant kExpiry = midnight(2030, 1, 1);
const Instant kNow = midnight(2026, 6, 1);

struct Caller {
    Instant now = kNow;
    std::string_view address = "127.0.0.1";
    bool secure = false;
    std::vector<AccountKey> keys = keys_of({kKey});
};

Result<Identity> verify(std::string_view token, const Caller& caller = {}) {
    const Query query = a_query(token);
    return verify_account_sas({query, kAccount, caller.keys, caller.now, caller.address, caller.secure});
}

/// `token` with the value of one field replaced.
std::string with(std::string_view token, std::string_view name, std::string_view value) {
    std::string text(token);
    const std::string key = std::string(name) + "=";
    std::size_t at = text.starts_with(key) ? 0 : text.find("&" + key) + 1;
    EXPECT_TRUE(at == 0 || text[at - 1] == '&') << name;
    at += key.size();
    const std::size_t end = std::min(text.find('&', at), text.size());
    return text.replace(at, end - at, value);
}

/// `token` without one field.
std::string without(std::string_view token, std::string_view name) {
    std::string kept;
    while (!token.empty()) {
        const std::size_t end = std::min(token.find('&'), token.size());
        const std::string_view each = token.substr(0, end);
        token.remove_prefix(std::min(end + 1, token.size()));
        if (each.substr(0, each.find('=')) != name) kept.append(kept.empty() ? "" : "&").append(each);
    }
    return kept;
}

void expect_refused(const Result<Identity>& result, ErrorCode code, const std::string& what) {
    ASSERT_FALSE(result) << what;
    EXPECT_EQ(result.error().code(), code) << what;
}

TEST(AccountSas, AcceptsATokenOfAClientWithVersion20150405) {
    EXPECT_EQ(account_sas_string_to_sign(a_query(kOf2015), kAccount),
              "devstoreaccount1\nrwdl\nb\nsco\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\nhttps,http\n2015-04-05\n");
    ASSERT_TRUE(verify(kOf2015));
    EXPECT_EQ(verify(kOf2015)->kind(), Identity::Kind::account_sas);
}

TEST(AccountSas, AcceptsATokenOfAClientWithVersion20201206) {
    EXPECT_EQ(
        account_sas_string_to_sign(a_query(kOf2020), kAccount),
        "devstoreaccount1\nrwdl\nb\nsco\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\nhttps,http\n2020-12-06\n\n");
    ASSERT_TRUE(verify(kOf2020));
    EXPECT_EQ(verify(kOf2020)->kind(), Identity::Kind::account_sas);
}

TEST(AccountSas, SignsTheEncryptionScopeFromVersion20201206On) {
    const std::string scoped =
        "sv=2020-12-06&ses=sc1&ss=b&srt=sco&sp=rwdl&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z"
        "&sig=UA0Ky7AJx%2BdDw%2B6d2Jb2Vicc4c0fu7WvF9E2xm9piVE%3D";
    EXPECT_EQ(account_sas_string_to_sign(a_query(scoped), kAccount),
              "devstoreaccount1\nrwdl\nb\nsco\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\n\n2020-12-06\nsc1\n");
    EXPECT_TRUE(verify(scoped));
    EXPECT_EQ(account_sas_string_to_sign(a_query(with(scoped, "sv", "2020-10-02")), kAccount),
              "devstoreaccount1\nrwdl\nb\nsco\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\n\n2020-10-02\n");
}

TEST(AccountSas, SignsLettersInTheOrderReceived) {
    const std::string odd =
        "sig=1SjzMfJUIpmXYMtDGKuiyrJ3avB3L%2BQPj9ow%2BgELJEU%3D&sp=lwr&srt=os&ss=btq&sv=2020-12-06"
        "&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z";
    EXPECT_EQ(account_sas_string_to_sign(a_query(odd), kAccount),
              "devstoreaccount1\nlwr\nbtq\nos\n2026-01-01T00:00:00Z\n2030-01-01T00:00:00Z\n\n\n2020-12-06\n\n");
    EXPECT_TRUE(verify(odd));
}

TEST(AccountSas, NeedsNoStart) {
    EXPECT_TRUE(
        verify("sv=2020-12-06&ss=b&srt=sco&sp=rwdl&se=2030-01-01T00%3A00%3A00Z"
               "&sig=K3rN4SCl%2BnNnZHfUaQyIb0RCHLFLDd%2BJzQPpFbwb9HM%3D"));
}

TEST(AccountSas, NamesTheMandatoryFieldThatIsMissing) {
    for (const std::string_view name : {"sv", "ss", "srt", "sp", "se", "sig"}) {
        for (const std::string& token : {without(kOf2020, name), with(kOf2020, name, "")}) {
            const auto result = verify(token);
            expect_refused(result, ErrorCode::authentication_failed, token);
            if (!result) {
                EXPECT_EQ(error_detail(result.error()), std::string(name) + " is mandatory. Cannot be empty");
            }
        }
    }
}

TEST(AccountSas, RefusesFieldsThatAreNotWellFormed) {
    for (const auto& [name, value] : {std::pair{"sv", "2020-13-06"},
                                      {"sv", "new"},
                                      {"sv", "2015-02-21"},
                                      {"ss", "x"},
                                      {"ss", "bx"},
                                      {"srt", "x"},
                                      {"srt", "scox"},
                                      {"se", "yesterday"},
                                      {"st", "yesterday"},
                                      {"sv", "2020-10-02&ses=sc1"},
                                      {"sp", "r&sp=rwdl"},
                                      {"ss", "b&SS=b"},
                                      {"spr", "http"},
                                      {"spr", "ftp"}}) {
        const std::string token = with(kOf2020, name, value);
        const auto result = verify(token);
        expect_refused(result, ErrorCode::authentication_failed, token);
        // The form is judged first: these tokens are wrongly signed too.
        if (!result) {
            EXPECT_EQ(error_detail(result.error()), "Signature fields not well formed.") << token;
        }
    }
    expect_refused(verify(std::string(kOf2020) + "&si=policy"), ErrorCode::authentication_failed, "si");
    const auto address = verify(std::string(kOf2020) + "&sip=nonsense");
    expect_refused(address, ErrorCode::authentication_failed, "sip");
    if (!address) {
        EXPECT_EQ(error_detail(address.error()), "Signature fields not well formed.");
    }
}

TEST(AccountSas, RefusesFieldsThatAreSignedButNotWellFormed) {
    for (const std::string_view token :
         {"sv=2020-12-06&ss=b&srt=sco&sp=rwdl&st=2026-01-01T00%3A00%3A00Z&se=yesterday"
          "&sig=J8l42h%2B%2FmqAUCaGembn8rAKJNc9qazFBXkZHNcmFuZw%3D",
          "sv=2020-12-06&ss=b&srt=sco&sp=rwdl&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z&spr=http"
          "&sig=rYjwEWDLW43gsX5Veda09YyNU0mY4F1Q%2BWRr7u0djc8%3D",
          "sv=2020-12-06&ss=b&srt=sco&sp=rwdl&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z&sip=nonsense&spr="
          "https"
          "&sig=dnLxFZeSPYobPm4TOsh7V7Moq4XSBB1U1q5aeoWLrZA%3D"}) {
        const auto result = verify(token);
        expect_refused(result, ErrorCode::authentication_failed, std::string(token));
        if (!result) {
            EXPECT_EQ(error_detail(result.error()), "Signature fields not well formed.") << token;
        }
    }
}

TEST(AccountSas, RefusesWhatWasChangedAfterSigning) {
    for (const auto& [name, value] : {std::pair{"sp", "rwdlc"},
                                      {"sp", "dlrw"},
                                      {"ss", "bq"},
                                      {"srt", "so"},
                                      {"se", "2031-01-01T00%3A00%3A00Z"},
                                      {"st", "2025-01-01T00%3A00%3A00Z"},
                                      {"spr", "https"},
                                      {"sv", "2021-02-12"}}) {
        const std::string token = with(kOf2020, name, value);
        const auto result = verify(token);
        expect_refused(result, ErrorCode::authentication_failed, token);
        if (!result) {
            EXPECT_TRUE(error_detail(result.error())
                            .starts_with("Signature did not match. String to sign used was devstoreaccount1\n"))
                << error_detail(result.error());
        }
    }
    // The same instant in other words is another text.
    expect_refused(verify(with(kOf2020, "se", "2030-01-01T00%3A00Z")), ErrorCode::authentication_failed, "se");
    expect_refused(verify(with(kOf2020, "sig", "AAAA")), ErrorCode::authentication_failed, "sig");
    expect_refused(verify(with(kOf2020, "sig", "!")), ErrorCode::authentication_failed, "sig");
}

TEST(AccountSas, AcceptsTheSecondKey) {
    EXPECT_TRUE(verify(kOf2020, {.keys = keys_of({kOtherKey, kKey})}));
    expect_refused(verify(kOf2020, {.keys = keys_of({kOtherKey})}), ErrorCode::authentication_failed, "other key");
}

TEST(AccountSas, HoldsFromItsStartUntilBeforeItsExpiry) {
    EXPECT_TRUE(verify(kOf2020, {.now = kStart}));
    EXPECT_TRUE(verify(kOf2020, {.now = kExpiry - Ticks(1)}));
    expect_refused(verify(kOf2020, {.now = kStart - Ticks(1)}), ErrorCode::authentication_failed, "before");
    expect_refused(verify(kOf2020, {.now = kExpiry}), ErrorCode::authentication_failed, "at expiry");
    const auto late = verify(kOf2020, {.now = kExpiry + 24h});
    expect_refused(late, ErrorCode::authentication_failed, "after");
    if (!late) {
        EXPECT_EQ(error_detail(late.error()),
                  "Signature not valid in the specified time frame: Start [Thu, 01 Jan 2026 00:00:00 GMT] - Expiry "
                  "[Tue, 01 Jan 2030 00:00:00 GMT] - Current [Wed, 02 Jan 2030 00:00:00 GMT]");
    }
}

// sip 10.0.0.1-10.0.0.9, spr https
constexpr std::string_view kNarrow =
    "sv=2020-12-06&ss=b&srt=sco&sp=rwdl&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z&sip=10.0.0.1-10.0.0.9"
    "&spr=https&sig=Igoep72DBrRAmgwD%2F4gcXYaBXONtpbE8ilJ4VCvgiXA%3D";

TEST(AccountSas, IsJudgedBySignatureTimeAddressAndProtocolInThisOrder) {
    EXPECT_TRUE(verify(kNarrow, {.address = "10.0.0.9", .secure = true}));
    const auto elsewhere = verify(kNarrow, {.address = "10.0.0.10", .secure = false});
    expect_refused(elsewhere, ErrorCode::authorization_source_ip_mismatch, "address before protocol");
    if (!elsewhere) {
        EXPECT_EQ(element(elsewhere.error(), "SourceIP"), "10.0.0.10");
    }
    expect_refused(verify(kNarrow, {.address = "10.0.0.1", .secure = false}),
                   ErrorCode::authorization_protocol_mismatch, "protocol");
    expect_refused(verify(kNarrow, {.now = kExpiry, .address = "10.0.0.10", .secure = false}),
                   ErrorCode::authentication_failed, "time before address");
    expect_refused(verify(with(kNarrow, "sip", "10.0.0.1-10.0.0.10"), {.address = "10.0.0.10", .secure = true}),
                   ErrorCode::authentication_failed, "signature before address");
}

TEST(AccountSas, IsRefusedOnceGenuineWhereKeysAreNot) {
    const Query query = a_query(kOf2020);
    const auto keys = keys_of({kKey});
    SasCheck check{query, kAccount, keys, kNow, "127.0.0.1", false, false};
    expect_refused(verify_account_sas(check), ErrorCode::key_based_authentication_not_permitted, "genuine");
    const auto others = keys_of({kOtherKey});
    check.keys = others;
    expect_refused(verify_account_sas(check), ErrorCode::authentication_failed, "not genuine");
}

TEST(AccountSas, GivesWhatWasSigned) {
    const auto who = verify(
        "sv=2020-12-06&ss=btq&srt=os&sp=lwr&st=2026-01-01T00%3A00%3A00Z&se=2030-01-01T00%3A00%3A00Z"
        "&sig=1SjzMfJUIpmXYMtDGKuiyrJ3avB3L%2BQPj9ow%2BgELJEU%3D");
    ASSERT_TRUE(who) << "not the signature of these fields";
    EXPECT_TRUE(who->may({.type = ResourceType::object, .letters = Letters("r")}, ServiceLetter::queue, kNewestVersion));
    EXPECT_FALSE(who->may({.type = ResourceType::container, .letters = Letters("r")}, ServiceLetter::queue, kNewestVersion));
    EXPECT_FALSE(who->may({.type = ResourceType::object, .letters = Letters("d")}, ServiceLetter::queue, kNewestVersion));
    EXPECT_FALSE(who->may({.type = ResourceType::object, .letters = Letters("r")}, ServiceLetter::file, kNewestVersion));
}

TEST(Sas, IsToldApartByItsFields) {
    EXPECT_FALSE(is_sas(a_query("comp=list&restype=container")));
    EXPECT_TRUE(is_sas(a_query(kOf2020)));
    EXPECT_TRUE(is_account_sas(a_query(kOf2020)));
    EXPECT_TRUE(is_account_sas(a_query("srt=o&sig=AAAA")));
    EXPECT_TRUE(is_account_sas(a_query("ss=b&sig=AAAA")));
    EXPECT_FALSE(is_account_sas(a_query("ss=b&srt=o")));
    EXPECT_FALSE(is_account_sas(a_query("sv=2020-12-06&sr=b&sp=r&sig=AAAA")));
    EXPECT_FALSE(is_user_delegation_sas(a_query("sv=2020-12-06&sr=b&sp=r&sig=AAAA")));
    EXPECT_TRUE(is_user_delegation_sas(a_query("sv=2020-12-06&sr=b&skoid=1&sig=AAAA")));
}

}  // namespace
}  // namespace lazulite
