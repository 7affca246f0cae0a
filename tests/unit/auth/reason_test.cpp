#include "auth/reason.hpp"

#include "auth/account_sas.hpp"
#include "auth/bearer.hpp"
#include "auth/roles.hpp"
#include "auth/service_sas.hpp"
#include "auth/shared_key.hpp"
#include "signing.hpp"

namespace lazulite {
namespace {

const std::vector<AccountKey> kKeys = keys_of({kKey});

/// An account SAS over GET of a blob, with that key; what it was refused for.
Reason of_account_sas(std::string text, std::string_view key, std::string_view address = "127.0.0.1") {
    const std::string message = account_sas_string_to_sign(a_query(text), kAccount);
    text += "&sig=" + percent_encode(AccountKey::parse(key)->sign(message));
    const Query query = a_query(text);
    Reason why;
    const SasCheck check{.query = query,
                         .account = kAccount,
                         .keys = kKeys,
                         .account_now = november_20(12, 0, 0),
                         .remote_address = address,
                         .why = &why};
    const auto who = verify_account_sas(check);
    if (!who) {
        why.rule = rule_of(who.error(), why);
        return why;
    }
    const Needs needs{.type = ResourceType::object, .letters = Letters("cw"), .also = Letters("t")};
    const auto may = who->may(needs, ServiceLetter::blob, ServiceVersion(2020, 12, 6), &why);
    EXPECT_EQ(may.has_value(), why.rule == Rule::none);
    return why;
}

constexpr const char* kGood = "sv=2020-12-06&ss=b&srt=o&sp=wt&se=2026-11-21";

TEST(Reason, IsNoneForWhatIsAllowed) {
    const Reason why = of_account_sas(kGood, kKey);
    EXPECT_EQ(why.rule, Rule::none);
    EXPECT_EQ(why.needed, "");
}

TEST(Reason, TellsTheRuleThatRefusedASas) {
    EXPECT_EQ(of_account_sas(kGood, kOtherKey).rule, Rule::signature);
    EXPECT_EQ(of_account_sas("sv=2020-12-06&ss=b&srt=o&sp=wt&se=2026-11-20", kKey).rule, Rule::time);
    EXPECT_EQ(of_account_sas(std::string(kGood) + "&sip=10.0.0.1", kKey).rule, Rule::source_ip);
    EXPECT_EQ(of_account_sas(std::string(kGood) + "&spr=https", kKey).rule, Rule::protocol);
    EXPECT_EQ(of_account_sas("sv=2020-12-06&ss=b&srt=o&sp=wt&se=tomorrow", kKey).rule, Rule::malformed);
    EXPECT_EQ(of_account_sas("sv=2020-12-06&ss=q&srt=o&sp=wt&se=2026-11-21", kKey).rule, Rule::service);
    EXPECT_EQ(of_account_sas("sv=2020-12-06&ss=b&srt=sc&sp=wt&se=2026-11-21", kKey).rule, Rule::resource_type);
}

TEST(Reason, HasTheStringToSignAlsoWhereALaterRuleRefuses) {
    const std::string lines = "devstoreaccount1\nwt\nb\no\n\n2026-11-20\n\n\n2020-12-06\n\n";
    EXPECT_EQ(of_account_sas("sv=2020-12-06&ss=b&srt=o&sp=wt&se=2026-11-20", kKey).string_to_sign, lines);
    EXPECT_EQ(of_account_sas("sv=2020-12-06&ss=b&srt=o&sp=wt&se=2026-11-20", kOtherKey).string_to_sign, lines);
}

TEST(Reason, SaysWhichLettersAreNeededAndWhichThereAre) {
    const Reason why = of_account_sas("sv=2020-12-06&ss=b&srt=o&sp=cr&se=2026-11-21", kKey);
    EXPECT_EQ(why.rule, Rule::permission);
    EXPECT_EQ(why.needed, "c or w, and t");
    EXPECT_EQ(why.granted, "rc");
    const Reason service = of_account_sas("sv=2020-12-06&ss=tq&srt=o&sp=cr&se=2026-11-21", kKey);
    EXPECT_EQ(service.needed + " " + service.granted, "b qt");
    const Reason type = of_account_sas("sv=2020-12-06&ss=b&srt=cs&sp=cr&se=2026-11-21", kKey);
    EXPECT_EQ(type.needed + " " + type.granted, "o sc");
}

TEST(Reason, SaysWhichActionsRolesLack) {
    const Identity reader = Identity::bearer({"object", "tenant", find_role("Storage Blob Data Reader")->rights});
    Reason why;
    EXPECT_FALSE(reader.may({.letters = Letters("cw")}, ServiceLetter::blob, kNewestVersion, &why));
    EXPECT_EQ(why.rule, Rule::role);
    EXPECT_EQ(why.needed, "blobServices/containers/blobs/write or blobServices/containers/blobs/add/action");
    EXPECT_EQ(why.granted,
              "blobServices/generateUserDelegationKey/action, blobServices/containers/read, "
              "blobServices/containers/blobs/read");
}

TEST(Reason, SaysThatOnlyOtherCredentialsDo) {
    Reason why;
    const Identity sas = Identity::account_sas({Letters("b"), Letters("sco"), Letters("rw")});
    EXPECT_FALSE(sas.may({.by_account_sas = Needs::ByAccountSas::never}, ServiceLetter::blob, kNewestVersion, &why));
    EXPECT_EQ(why.rule, Rule::credentials);
    Reason bearer_only;
    EXPECT_FALSE(Identity::owner().may({.bearer_only = true}, ServiceLetter::blob, kNewestVersion, &bearer_only));
    EXPECT_EQ(bearer_only.rule, Rule::credentials);
}

TEST(Reason, OfAServiceSasForSomethingElse) {
    const Query query = a_query("sv=2020-12-06&sr=b&sp=r&se=2026-11-21&sig=AAAA");
    Reason why;
    const SasCheck check{.query = query,
                         .account = kAccount,
                         .keys = kKeys,
                         .account_now = november_20(12, 0, 0),
                         .container = "con",
                         .why = &why};
    EXPECT_FALSE(verify_service_sas(check, [] { return StoredPolicies(); }));
    EXPECT_EQ(why.rule, Rule::resource);
}

TEST(Reason, OfAServiceSasNamesTheResourceThatWasSigned) {
    const Query query = a_query("sv=2020-12-06&sr=b&sp=r&se=2026-11-21&sig=AAAA");
    Reason why;
    const SasCheck check{.query = query,
                         .account = kAccount,
                         .keys = kKeys,
                         .account_now = november_20(12, 0, 0),
                         .container = "con",
                         .name = "a/b",
                         .why = &why};
    EXPECT_FALSE(verify_service_sas(check, [] { return StoredPolicies(); }));
    EXPECT_EQ(why.rule, Rule::signature);
    EXPECT_EQ(sas_canonical_resource(why.string_to_sign), "/blob/devstoreaccount1/con/a/b");
    EXPECT_EQ(sas_canonical_resource("r\n\n"), "");
    EXPECT_EQ(sas_canonical_resource(""), "");
}

TEST(Reason, OfAPolicyThatIsNotThere) {
    const std::string fields = "sv=2020-12-06&sr=c&si=policy";
    const SignedResource resource{Reach::container, ServiceLetter::blob, "con", {}};
    const auto message = service_sas_string_to_sign(a_query(fields), ServiceVersion(2020, 12, 6), kAccount, resource);
    const Query query = a_query(fields + "&sig=" + percent_encode(kKeys[0].sign(*message)));
    Reason why;
    const SasCheck check{.query = query,
                         .account = kAccount,
                         .keys = kKeys,
                         .account_now = november_20(12, 0, 0),
                         .container = "con",
                         .why = &why};
    EXPECT_FALSE(verify_service_sas(check, [] { return StoredPolicies(); }));
    EXPECT_EQ(why.rule, Rule::stored_policy);
}

TEST(Reason, OfASharedKeyRequest) {
    const auto refused = [](Request request, std::string_view authorization) {
        Reason why;
        const Query query = a_query("comp=list");
        const auto who = verify_shared_key({request, query, kAccount, kKeys, ServiceVersion(2020, 12, 6),
                                            november_20(12, 0, 0), ServiceLetter::blob, &why},
                                           authorization);
        EXPECT_FALSE(who);
        if (!who) why.rule = rule_of(who.error(), why);
        return why;
    };
    const Request now = a_request(Method::get, "/devstoreaccount1", {{"x-ms-date", "Fri, 20 Nov 2026 12:00:00 GMT"}});
    const Request late = a_request(Method::get, "/devstoreaccount1", {{"x-ms-date", "Fri, 20 Nov 2026 11:00:00 GMT"}});
    EXPECT_EQ(refused(late, "SharedKey devstoreaccount1:AAAA").rule, Rule::clock_skew);
    EXPECT_EQ(refused(now, "SharedKey other:AAAA").rule, Rule::resource);
    EXPECT_EQ(refused(now, "SharedKey").rule, Rule::malformed);
    const Reason why = refused(now, "SharedKey devstoreaccount1:AAAA");
    EXPECT_EQ(why.rule, Rule::signature);
    EXPECT_EQ(why.canonical_resource, "/devstoreaccount1/devstoreaccount1\ncomp:list");
    EXPECT_EQ(why.string_to_sign,
              "GET" + std::string(12, '\n') +
                  "x-ms-date:Fri, 20 Nov 2026 12:00:00 GMT\n/devstoreaccount1/devstoreaccount1\ncomp:list");
}

TEST(Reason, OfABearerToken) {
    Reason why;
    EXPECT_FALSE(verify_bearer({.token = "x",
                                .account = kAccount,
                                .version = kNewestVersion,
                                .since = kOldestVersion,
                                .secure = false,
                                .wall_now = november_20(12, 0, 0),
                                .trust = {},
                                .why = &why}));
    EXPECT_EQ(why.rule, Rule::protocol);
    EXPECT_FALSE(verify_bearer({.token = "x",
                                .account = kAccount,
                                .version = kNewestVersion,
                                .since = kOldestVersion,
                                .secure = true,
                                .wall_now = november_20(12, 0, 0),
                                .trust = {},
                                .why = &why}));
    EXPECT_EQ(why.rule, Rule::malformed);
}

TEST(Reason, NamesTheLettersThatAreNeeded) {
    EXPECT_EQ(needed_letters({.letters = Letters("cw"), .also = Letters("ti")}), "c or w, and t and i");
    EXPECT_EQ(needed_letters({.letters = Letters("r")}), "r");
    EXPECT_EQ(needed_letters({.also = Letters("t")}), "t");
}

TEST(Reason, WithoutANoteFollowsFromTheCode) {
    EXPECT_EQ(rule_of(ErrorCode::cors_preflight_failure, {}), Rule::cors);
    EXPECT_EQ(rule_of(ErrorCode::public_access_not_permitted, {}), Rule::account_switch);
    EXPECT_EQ(rule_of(ErrorCode::authorization_failure, {}), Rule::operation);
    EXPECT_EQ(rule_of(ErrorCode::blob_not_found, {}), Rule::none);
}

}  // namespace
}  // namespace lazulite
