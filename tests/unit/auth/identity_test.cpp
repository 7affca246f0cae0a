#include "auth/identity.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

constexpr Needs kReadBlob{.type = ResourceType::object, .letters = Letters("r"), .writes = false};

Identity a_sas(std::string_view services, std::string_view types, std::string_view letters) {
    return Identity::account_sas(Letters(services), Letters(types), Letters(letters));
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
    EXPECT_TRUE(Identity::owner().may(kReadBlob, ServiceLetter::blob));
    EXPECT_TRUE(Identity::owner().may({.by_sas = Needs::BySas::never}, ServiceLetter::file));
    EXPECT_TRUE(Identity::owner().may_overwrite());
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
        const auto result = a_sas(row.services, row.types, row.letters).may(kReadBlob, ServiceLetter::blob);
        ASSERT_FALSE(result) << row.services << row.types << row.letters;
        EXPECT_EQ(result.error().code(), row.code) << row.services << " " << row.types << " " << row.letters;
    }
    EXPECT_TRUE(a_sas("b", "o", "r").may(kReadBlob, ServiceLetter::blob));
    EXPECT_TRUE(a_sas("fqtb", "sco", "dr").may(kReadBlob, ServiceLetter::blob));
}

TEST(Identity, OfASasNeedsOneOfTheLetters) {
    const Needs create{.type = ResourceType::object, .letters = Letters("cw")};
    EXPECT_TRUE(a_sas("b", "o", "c").may(create, ServiceLetter::blob));
    EXPECT_TRUE(a_sas("b", "o", "w").may(create, ServiceLetter::blob));
    EXPECT_FALSE(a_sas("b", "o", "a").may(create, ServiceLetter::blob));
}

TEST(Identity, OfAnySasMayWhatNeedsNoLetter) {
    const Needs any{.by_sas = Needs::BySas::any, .type = ResourceType::service};
    EXPECT_TRUE(a_sas("b", "o", "d").may(any, ServiceLetter::blob));
    const auto elsewhere = a_sas("q", "sco", "rwdl").may(any, ServiceLetter::blob);
    ASSERT_FALSE(elsewhere);
    EXPECT_EQ(elsewhere.error().code(), ErrorCode::authorization_service_mismatch);
}

TEST(Identity, OfASasMayNotWhatIsTheOwnersAlone) {
    const auto result =
        a_sas("bqtf", "sco", "rwdlacuxytfipmeo").may({.by_sas = Needs::BySas::never}, ServiceLetter::blob);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::authorization_failure);
}

TEST(Identity, WithCreateAloneMayNotOverwrite) {
    EXPECT_FALSE(a_sas("b", "o", "c").may_overwrite());
    EXPECT_FALSE(a_sas("b", "o", "ac").may_overwrite());
    EXPECT_TRUE(a_sas("b", "o", "w").may_overwrite());
    EXPECT_TRUE(a_sas("b", "o", "cw").may_overwrite());
}

}  // namespace
}  // namespace lazulite
