#include "auth/identity.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr Needs kReadBlob{.type = ResourceType::object, .letters = Letters("r"), .writes = false};

Identity a_sas(std::string_view services, std::string_view types, std::string_view letters) {
    return Identity::account_sas({Letters(services), Letters(types), Letters(letters)});
}

TEST(Letters, AreASet) {
    constexpr Letters kSome("rwr");
    EXPECT_TRUE(kSome.has('r'));
    EXPECT_TRUE(kSome.has('w'));
    EXPECT_FALSE(kSome.has('d'));
    EXPECT_TRUE(kSome.any_of(Letters("dw")));
    EXPECT_FALSE(kSome.any_of(Letters("dx")));
    EXPECT_FALSE(kSome.any_of(Letters()));
    EXPECT_TRUE(kSome.all_of(Letters("wr")));
    EXPECT_FALSE(kSome.all_of(Letters("rd")));
    EXPECT_TRUE(Letters("").empty());
}

TEST(Letters, IgnoreWhatIsNoLetter) {
    EXPECT_TRUE(Letters("R1 -\xC3").empty());
    EXPECT_TRUE(Letters("r!").has('r'));
}

TEST(Identity, OfTheOwnerMayDoEverything) {
    EXPECT_TRUE(Identity::owner().may(kReadBlob, ServiceLetter::blob, kNewestVersion));
    EXPECT_TRUE(Identity::owner().may({.by_account_sas = Needs::ByAccountSas::never}, ServiceLetter::file, kNewestVersion));
    EXPECT_TRUE(Identity::owner().may_overwrite());
}

TEST(Identity, OfABearerMayDoWhatItsRolesGrant) {
    const Identity everything = Identity::bearer({"object", "tenant", Rights::all()});
    EXPECT_EQ(everything.kind(), Identity::Kind::bearer);
    EXPECT_EQ(everything.object_id(), "object");
    EXPECT_EQ(everything.tenant_id(), "tenant");
    EXPECT_TRUE(everything.may(kReadBlob, ServiceLetter::blob, kNewestVersion));
    EXPECT_TRUE(everything.may({.by_account_sas = Needs::ByAccountSas::never, .bearer_only = true}, ServiceLetter::file, kNewestVersion));
    EXPECT_TRUE(everything.may_overwrite());

    const Identity adder = Identity::bearer({"object", "tenant", {Action::add}});
    EXPECT_TRUE(adder.may({.letters = Letters("cw")}, ServiceLetter::blob, kNewestVersion));
    EXPECT_FALSE(adder.may_overwrite());
    EXPECT_TRUE(Identity::bearer({"object", "tenant", {Action::read}}).may_overwrite()) << "where lists grant it";
    const auto refused = adder.may(kReadBlob, ServiceLetter::blob, kNewestVersion);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::authorization_permission_mismatch);
}

TEST(Identity, OfABearerIsAnotherBeforeAnotherContainer) {
    const Identity bearer = Identity::bearer({"object", "tenant", {Action::read}, [](std::string_view container) {
                                                  return container == "mine" ? Rights{Action::read} : Rights();
                                              }});
    EXPECT_TRUE(bearer.before("mine").may(kReadBlob, ServiceLetter::blob, kNewestVersion));
    EXPECT_FALSE(bearer.before("yours").may(kReadBlob, ServiceLetter::blob, kNewestVersion));
}

TEST(Identity, OfASasIsJudgedByServiceTypeAndPermissionInThisOrder) {
    struct Row {
        std::string_view services;
        std::string_view types;
        std::string_view letters;
        ErrorCode code;
    };
    constexpr Row kRows[] = {
        {"q", "s", "w", ErrorCode::authorization_service_mismatch},
        {"qtf", "o", "r", ErrorCode::authorization_service_mismatch},
        {"b", "sc", "w", ErrorCode::authorization_resource_type_mismatch},
        {"b", "c", "r", ErrorCode::authorization_resource_type_mismatch},
        {"b", "o", "wdlacuxytfip", ErrorCode::authorization_permission_mismatch},
    };
    for (const Row& row : kRows) {
        const auto result = a_sas(row.services, row.types, row.letters).may(kReadBlob, ServiceLetter::blob, kNewestVersion);
        ASSERT_FALSE(result) << row.services << row.types << row.letters;
        EXPECT_EQ(result.error().code(), row.code) << row.services << " " << row.types << " " << row.letters;
    }
    EXPECT_TRUE(a_sas("b", "o", "r").may(kReadBlob, ServiceLetter::blob, kNewestVersion));
    EXPECT_TRUE(a_sas("fqtb", "sco", "dr").may(kReadBlob, ServiceLetter::blob, kNewestVersion));
}

TEST(Identity, OfASasNeedsOneOfTheLetters) {
    const Needs create{.type = ResourceType::object, .letters = Letters("cw")};
    EXPECT_TRUE(a_sas("b", "o", "c").may(create, ServiceLetter::blob, kNewestVersion));
    EXPECT_TRUE(a_sas("b", "o", "w").may(create, ServiceLetter::blob, kNewestVersion));
    EXPECT_FALSE(a_sas("b", "o", "a").may(create, ServiceLetter::blob, kNewestVersion));
}

TEST(Identity, OfAnySasMayWhatNeedsNoLetter) {
    const Needs any{.by_account_sas = Needs::ByAccountSas::any, .type = ResourceType::service};
    EXPECT_TRUE(a_sas("b", "o", "d").may(any, ServiceLetter::blob, kNewestVersion));
    const auto elsewhere = a_sas("q", "sco", "rwdl").may(any, ServiceLetter::blob, kNewestVersion);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code(), ErrorCode::authorization_service_mismatch);
}

TEST(Identity, OfASasMayNotWhatIsTheOwnersAlone) {
    const auto result =
        a_sas("bqtf", "sco", "rwdlacuxytfipmeo").may({.by_account_sas = Needs::ByAccountSas::never}, ServiceLetter::blob, kNewestVersion);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::authorization_failure);
}

Identity a_service_sas(Reach reach, std::string_view letters) {
    return Identity::service_sas({.reach = reach, .letters = Letters(letters)});
}
ErrorCode refusal(const Result<>& result) {
    return result ? ErrorCode::internal_error : result.error().code();
}

TEST(Identity, OfAServiceSasNeedsReachThenPermission) {
    const Needs list{.type = ResourceType::container, .letters = Letters("l"), .service_sas = Reach::directory};
    EXPECT_TRUE(a_service_sas(Reach::container, "rl").may(list, ServiceLetter::blob, kNewestVersion));
    EXPECT_TRUE(a_service_sas(Reach::directory, "l").may(list, ServiceLetter::blob, kNewestVersion));
    EXPECT_EQ(refusal(a_service_sas(Reach::object, "r").may(list, ServiceLetter::blob, kNewestVersion)),
              ErrorCode::authorization_failure);
    EXPECT_EQ(refusal(a_service_sas(Reach::container, "r").may(list, ServiceLetter::blob, kNewestVersion)),
              ErrorCode::authorization_permission_mismatch);
    const Needs create{.type = ResourceType::container, .letters = Letters("cw")};
    EXPECT_EQ(refusal(a_service_sas(Reach::container, "rwdlc").may(create, ServiceLetter::blob, kNewestVersion)),
              ErrorCode::authorization_failure);
}

TEST(Identity, OfASasNeedsEachLetterThatAHeaderAsksFor) {
    const Needs tagged{.letters = Letters("cw"), .also = Letters("ti"), .service_sas = Reach::object};
    for (const auto& [letters, enough] : {std::pair{"w", false}, {"wt", false}, {"ti", false}, {"cti", true}}) {
        EXPECT_EQ(a_sas("b", "o", letters).may(tagged, ServiceLetter::blob, kNewestVersion).has_value(), enough) << letters;
        EXPECT_EQ(a_service_sas(Reach::object, letters).may(tagged, ServiceLetter::blob, kNewestVersion).has_value(), enough)
            << letters;
    }
}

TEST(Identity, OfASasGetsTheCodeOfItsVersion) {
    const Needs never{.by_account_sas = Needs::ByAccountSas::never};
    for (const auto& [version, lacking, barred] :
         {std::tuple{ServiceVersion(2015, 4, 5), ErrorCode::authorization_permission_mismatch, ErrorCode::authorization_failure},
          {ServiceVersion(2015, 2, 21), ErrorCode::resource_not_found, ErrorCode::resource_not_found}}) {
        EXPECT_EQ(refusal(a_sas("b", "o", "w").may(kReadBlob, ServiceLetter::blob, version)), lacking);
        EXPECT_EQ(refusal(a_sas("b", "o", "r").may(never, ServiceLetter::blob, version)), barred);
        EXPECT_EQ(refusal(a_service_sas(Reach::object, "r").may(kReadBlob, ServiceLetter::blob, version)), barred);
    }
}

TEST(Identity, NamesTheResourceTypeThatIsMissing) {
    const auto result = a_sas("b", "sc", "r").may(kReadBlob, ServiceLetter::blob, kNewestVersion);
    ASSERT_FALSE(result);
    ASSERT_NE(result.error().details(), nullptr);
    EXPECT_EQ(result.error().details()->elements.front().name, "ExtendedErrorDetail");
    EXPECT_EQ(result.error().details()->elements.front().value,
              "SignedResourceTypes 'o' is required to perform this operation.");
}

TEST(Identity, OfAKeyIsNotEnoughWhereOnlyATokenIs) {
    const Needs token{.bearer_only = true};
    for (const Identity& who : {Identity::owner(), a_sas("b", "sco", "rw"), a_service_sas(Reach::container, "rw")}) {
        EXPECT_EQ(refusal(who.may(token, ServiceLetter::blob, kNewestVersion)), ErrorCode::authentication_failed);
    }
}

TEST(Identity, OverridesHeadersUnlessAnybodyCouldHaveAskedForIt) {
    EXPECT_TRUE(Identity::owner().may_override_headers());
    EXPECT_TRUE(a_sas("b", "o", "r").may_override_headers());
    EXPECT_TRUE(a_service_sas(Reach::object, "r").may_override_headers());
    EXPECT_FALSE(Identity::service_sas({.overrides_headers = false}).may_override_headers());
    EXPECT_FALSE(Identity::anonymous().may_override_headers());
}

TEST(Identity, WithCreateAloneMayNotOverwrite) {
    EXPECT_FALSE(a_service_sas(Reach::object, "c").may_overwrite());
    EXPECT_TRUE(a_service_sas(Reach::object, "w").may_overwrite());
    EXPECT_FALSE(a_sas("b", "o", "c").may_overwrite());
    EXPECT_FALSE(a_sas("b", "o", "ac").may_overwrite());
    EXPECT_TRUE(a_sas("b", "o", "w").may_overwrite());
    EXPECT_TRUE(a_sas("b", "o", "cw").may_overwrite());
}

}  // namespace
}  // namespace lazulite
