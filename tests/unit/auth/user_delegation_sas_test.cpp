#include "auth/user_delegation_sas.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "signing.hpp"

namespace lazulite {
namespace {

const std::string kOwner = "11111111-1111-1111-1111-111111111111";
const std::string kUser = "33333333-3333-3333-3333-333333333333";

/// How a SAS is used.
struct Use {
    Instant now = midnight(2026, 1, 3);
    std::string_view container = "c";
    std::string_view name = "b";
    std::string_view key = kKey;  ///< base64; what the emulator derives
    Rights rights = {Action::read};
    std::string user = kUser;  ///< of the token beside it; empty: none
    FieldViews fields = fields_of({{"x-ms-foo", "bar"}});
};

Result<Identity> verify(std::string_view token, const Use& use = {}) {
    const Query query = a_query(token);
    const SasCheck check{.query = query, .account = kAccount, .keys = {}, .account_now = use.now, .remote_address = "10.0.0.1",
                         .secure = true, .service = ServiceLetter::blob, .container = use.container, .name = use.name};
    return verify_user_delegation_sas(
        check, {.key = [&](const DelegationKey& key) -> std::optional<std::string> {
                    EXPECT_EQ(key.object_id, kOwner);
                    EXPECT_EQ(key.version, "2020-12-06");
                    return base64_decode(use.key);
                },
                .rights = [&](std::string_view, std::string_view) { return use.rights; },
                .bearer = [&]() -> Result<std::string> {
                    if (use.user.empty()) return sas_refused("no token");
                    return use.user;
                },
                .fields = use.fields});
}

std::string detail_of(const Result<Identity>& result) { return result ? "accepted" : error_detail(result.error()); }

struct Vector {
    std::string_view version, token, text;
};
// Made by Azure's SDK for JavaScript with the well-known account's key as the delegation key.
const Vector kVectors[] = {
    {"2018-11-09",
     "sv=2018-11-09&st=2026-01-01T00%3A00%3A00Z&se=2026-01-05T00%3A00%3A00Z&skoid=11111111-1111-1111-1111-"
     "111111111111&sktid=22222222-2222-2222-2222-222222222222&skt=2026-01-01T00%3A00%3A00Z&ske=2026-01-07T"
     "00%3A00%3A00Z&sks=b&skv=2020-12-06&sr=b&sp=r&sig=maBWfJo3yLBI35Gc%2FN0eEzrEBu4yeIVlJAsDRmumvsg%3D",
     "r\n2026-01-01T00:00:00Z\n2026-01-05T00:00:00Z\n/blob/devstoreaccount1/c/b\n11111111-1111-1111-11"
     "11-111111111111\n22222222-2222-2222-2222-222222222222\n2026-01-01T00:00:00Z\n2026-01-07T00:00:00"
     "Z\nb\n2020-12-06\n\n\n2018-11-09\nb\n\n\n\n\n\n"},
    {"2020-02-10",
     "sv=2020-02-10&st=2026-01-01T00%3A00%3A00Z&se=2026-01-05T00%3A00%3A00Z&skoid=11111111-1111-1111-1111-"
     "111111111111&sktid=22222222-2222-2222-2222-222222222222&skt=2026-01-01T00%3A00%3A00Z&ske=2026-01-07T"
     "00%3A00%3A00Z&sks=b&skv=2020-12-06&sr=b&sp=r&sig=bgO18l72mNyjHUCyH0eLkXwoSdoqovs2JkUejGFKhBU%3D",
     "r\n2026-01-01T00:00:00Z\n2026-01-05T00:00:00Z\n/blob/devstoreaccount1/c/b\n11111111-1111-1111-11"
     "11-111111111111\n22222222-2222-2222-2222-222222222222\n2026-01-01T00:00:00Z\n2026-01-07T00:00:00"
     "Z\nb\n2020-12-06\n\n\n\n\n\n2020-02-10\nb\n\n\n\n\n\n"},
    {"2020-12-06",
     "sv=2020-12-06&st=2026-01-01T00%3A00%3A00Z&se=2026-01-05T00%3A00%3A00Z&skoid=11111111-1111-1111-1111-"
     "111111111111&sktid=22222222-2222-2222-2222-222222222222&skt=2026-01-01T00%3A00%3A00Z&ske=2026-01-07T"
     "00%3A00%3A00Z&sks=b&skv=2020-12-06&sr=b&sp=r&sig=zi%2F9tT7%2BSReS69pD%2F7qcGeNKKQlUnmx64CNr3GadSWw%3"
     "D",
     "r\n2026-01-01T00:00:00Z\n2026-01-05T00:00:00Z\n/blob/devstoreaccount1/c/b\n11111111-1111-1111-11"
     "11-111111111111\n22222222-2222-2222-2222-222222222222\n2026-01-01T00:00:00Z\n2026-01-07T00:00:00"
     "Z\nb\n2020-12-06\n\n\n\n\n\n2020-12-06\nb\n\n\n\n\n\n\n"},
    {"2025-07-05",
     "sv=2025-07-05&st=2026-01-01T00%3A00%3A00Z&se=2026-01-05T00%3A00%3A00Z&skoid=11111111-1111-1111-1111-"
     "111111111111&sktid=22222222-2222-2222-2222-222222222222&skt=2026-01-01T00%3A00%3A00Z&ske=2026-01-07T"
     "00%3A00%3A00Z&sks=b&skv=2020-12-06&sr=b&sp=r&sduoid=33333333-3333-3333-3333-333333333333&sig=BD4EHbr"
     "s2HFkg8hktc15FW%2BbZSMYSsYq0mIeF7KZdp0%3D",
     "r\n2026-01-01T00:00:00Z\n2026-01-05T00:00:00Z\n/blob/devstoreaccount1/c/b\n11111111-1111-1111-11"
     "11-111111111111\n22222222-2222-2222-2222-222222222222\n2026-01-01T00:00:00Z\n2026-01-07T00:00:00"
     "Z\nb\n2020-12-06\n\n\n\n\n33333333-3333-3333-3333-333333333333\n\n\n2025-07-05\nb\n\n\n\n\n\n\n"},
    {"2026-04-06",
     "sv=2026-04-06&st=2026-01-01T00%3A00%3A00Z&se=2026-01-05T00%3A00%3A00Z&skoid=11111111-1111-1111-1111-"
     "111111111111&sktid=22222222-2222-2222-2222-222222222222&skt=2026-01-01T00%3A00%3A00Z&ske=2026-01-07T"
     "00%3A00%3A00Z&sks=b&skv=2020-12-06&sr=b&sp=r&sduoid=33333333-3333-3333-3333-333333333333&srh=x-ms-fo"
     "o&srq=q1&sig=GT8Weh9IYOtywG1U6zLcP%2BX%2B%2F5I%2Bi5ShEb3KE8Tynk4%3D&q1=v1",
     "r\n2026-01-01T00:00:00Z\n2026-01-05T00:00:00Z\n/blob/devstoreaccount1/c/b\n11111111-1111-1111-11"
     "11-111111111111\n22222222-2222-2222-2222-222222222222\n2026-01-01T00:00:00Z\n2026-01-07T00:00:00"
     "Z\nb\n2020-12-06\n\n\n\n\n33333333-3333-3333-3333-333333333333\n\n\n2026-04-06\nb\n\n\nx-ms-foo:"
     "bar\n\n\nq1:v1\n\n\n\n\n"},
};

TEST(UserDelegationSas, IsSignedOverTheFieldsOfItsVersion) {
    for (const Vector& vector : kVectors) {
        const auto version = ServiceVersion::parse(vector.version);
        const auto text = user_delegation_string_to_sign(a_query(vector.token), fields_of({{"x-ms-foo", "bar"}}), *version,
                                                         kAccount, {Reach::object, ServiceLetter::blob, "c/b", ""});
        EXPECT_EQ(text, vector.text) << vector.version;
        EXPECT_TRUE(verify(vector.token)) << vector.version << ": " << detail_of(verify(vector.token));
    }
}

TEST(UserDelegationSas, OfQueuesTablesAndFilesBeganLater) {
    const Query query = a_query("sp=r&st=1&se=2&skoid=3&sktid=4&skt=5&ske=6&sks=7&skv=8&skdutid=9&sduoid=10&sip=11&spr=12&sv=13&rscc=14&spk=15");
    const auto text = [&](ServiceLetter service, ServiceVersion version) {
        return user_delegation_string_to_sign(query, {}, version, "a", {Reach::container, service, "x", ""}).value_or("none");
    };
    EXPECT_EQ(text(ServiceLetter::queue, {2025, 7, 5}), "r\n1\n2\n/queue/a/x\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13");
    EXPECT_EQ(text(ServiceLetter::file, {2025, 7, 5}), "r\n1\n2\n/file/a/x\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n\n\n\n");
    EXPECT_EQ(text(ServiceLetter::table, {2025, 7, 5}), "r\n1\n2\n/table/a/x\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n15\n\n\n");
    EXPECT_EQ(text(ServiceLetter::queue, {2025, 5, 5}), "none");
    EXPECT_EQ(text(ServiceLetter::blob, {2018, 3, 28}), "none");
}

TEST(UserDelegationSas, GrantsNoMoreThanItsOwnerHas) {
    const Needs read{.letters = Letters("r"), .service_sas = Reach::object, .writes = false};
    const auto& token = kVectors[0].token;
    EXPECT_TRUE(verify(token)->may(read, ServiceLetter::blob, kNewestVersion));
    const auto refused = verify(token, {.rights = {Action::write}})->may(read, ServiceLetter::blob, kNewestVersion);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::authorization_permission_mismatch);
    const Needs write{.letters = Letters("w"), .service_sas = Reach::object};
    EXPECT_FALSE(verify(token, {.rights = Rights::all()})->may(write, ServiceLetter::blob, kNewestVersion));
}

TEST(UserDelegationSas, IsRefusedWithAnotherKey) {
    EXPECT_TRUE(detail_of(verify(kVectors[0].token, {.key = kOtherKey})).starts_with("Signature did not match."));
}

TEST(UserDelegationSas, HoldsWhileItAndItsKeyDo) {
    EXPECT_TRUE(detail_of(verify(kVectors[0].token, {.now = midnight(2025, 12, 31)})).starts_with("Signature not valid in the specified time frame"));
    EXPECT_TRUE(detail_of(verify(kVectors[0].token, {.now = midnight(2026, 1, 5)})).starts_with("Signature not valid in the specified time frame"));
    EXPECT_TRUE(detail_of(verify(kVectors[0].token, {.now = midnight(2026, 1, 7)}))
                    .find("Expiry [Wed, 07 Jan 2026 00:00:00 GMT]") != std::string::npos);
}

TEST(UserDelegationSas, ForOneUserComesWithTheTokenOfThatUser) {
    const auto& token = kVectors[3].token;
    EXPECT_EQ(detail_of(verify(token, {.user = kOwner})), "The object id of the bearer token is not the one that the SAS is for.");
    EXPECT_EQ(detail_of(verify(token, {.user = ""})), "no token");
}

TEST(UserDelegationSas, SignsHeadersAndParametersOfTheRequest) {
    const std::string token(kVectors[4].token);
    EXPECT_TRUE(detail_of(verify(token, {.fields = fields_of({{"x-ms-foo", "other"}})})).starts_with("Signature did not match."));
    EXPECT_TRUE(detail_of(verify(token, {.fields = {}})).starts_with("Signature did not match."));
    EXPECT_TRUE(detail_of(verify(token.substr(0, token.size() - 1) + "2")).starts_with("Signature did not match."));
}

TEST(UserDelegationSas, NeedsEveryFieldOfItsKey) {
    const std::string token(kVectors[0].token);
    for (const std::string name : {"sv", "sp", "se", "skoid", "sktid", "skt", "ske", "sks", "skv"}) {
        const std::size_t at = token.find(name + "=");
        const std::size_t end = std::min(token.find('&', at), token.size());
        EXPECT_EQ(detail_of(verify(token.substr(0, at) + token.substr(std::min(end + 1, token.size())))),
                  name + " is mandatory. Cannot be empty");
    }
    EXPECT_EQ(detail_of(verify(token + "&si=policy")), "Signature fields not well formed.");
    std::string of_queues = token;
    of_queues.replace(of_queues.find("sks=b"), 5, "sks=q");
    EXPECT_EQ(detail_of(verify(of_queues)), "Signature fields not well formed.");
}

}  // namespace
}  // namespace lazulite
