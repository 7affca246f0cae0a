#include "identity/principal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace lazulite {
namespace {

std::string problem_of(std::string_view json) {
    const auto read = read_identity(json);
    return read ? "accepted" : read.error();
}

TEST(Principals, WithoutAConfigurationOneMayDoEverything) {
    const IdentitySettings settings = default_identity();
    ASSERT_EQ(settings.principals.size(), 1U);
    EXPECT_EQ(settings.tenant, "c0ffee00-7e4a-4d6c-9a51-1a2b3c4d5e6f");
    EXPECT_EQ(settings.identity_header, "lazulite");
    const Principal& developer = settings.principals.front();
    EXPECT_TRUE(developer.managed_identity);
    for (const ServiceLetter service : {ServiceLetter::blob, ServiceLetter::queue, ServiceLetter::table, ServiceLetter::file}) {
        EXPECT_TRUE(rights_of(developer, service, "any", "thing").all_of({Action::read, Action::write, Action::delete_}));
        EXPECT_TRUE(rights_of(developer, service, "any", "").all_of({Action::service_write, Action::delegation_key}));
    }
}

TEST(Principals, AreReadFromJson) {
    const auto settings = read_identity(R"({"tenantId": "11111111-2222-4333-8444-555555555555", "identityHeader": "h",
        "principals": [{"name": "web", "clientSecret": ["a", "b"], "managedIdentity": true,
                        "clientId": "AAAAAAAA-0000-4000-8000-000000000001",
                        "roles": [{"role": "storage blob data reader", "account": "acct", "container": "box"},
                                  {"role": "19e7f393-937e-4f77-808e-94535e297925"}]}]})");
    ASSERT_TRUE(settings) << settings.error();
    const Principal* const web = settings->by_client_id("aaaaaaaa-0000-4000-8000-000000000001");
    ASSERT_NE(web, nullptr);
    EXPECT_EQ(web, settings->by_object_id(web->object_id));
    EXPECT_EQ(web->secrets, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(web->roles[0].role->name, "Storage Blob Data Reader");
    EXPECT_EQ(web->roles[1].role->name, "Storage Queue Data Reader");
    EXPECT_TRUE(rights_of(*web, ServiceLetter::blob, "acct", "box").has(Action::read));
    EXPECT_FALSE(rights_of(*web, ServiceLetter::blob, "acct", "box").has(Action::delegation_key));
    EXPECT_TRUE(rights_of(*web, ServiceLetter::blob, "acct", "chest").empty());
    EXPECT_TRUE(rights_of(*web, ServiceLetter::blob, "other", "box").empty());
    EXPECT_TRUE(rights_of(*web, ServiceLetter::queue, "other", "q").has(Action::read));
}

TEST(Principals, HaveTheSameIdsEveryTime) {
    const auto once = read_identity(R"({"principals": [{"name": "web"}]})");
    const auto again = read_identity(R"({"principals": [{"name": "other"}, {"name": "web"}]})");
    EXPECT_EQ(once->principals[0].object_id, again->principals[1].object_id);
    EXPECT_EQ(once->principals[0].client_id, again->principals[1].client_id);
    EXPECT_NE(once->principals[0].client_id, once->principals[0].object_id);
    EXPECT_NE(again->principals[0].client_id, again->principals[1].client_id);
}

TEST(Principals, OfAMalformedConfigurationAreRefusedInOneLine) {
    EXPECT_EQ(problem_of("{"), "identity: is no JSON");
    EXPECT_EQ(problem_of("[]"), "identity: is no object");
    EXPECT_EQ(problem_of(R"({"tenant": "x"})"), "identity: nothing is called tenant");
    EXPECT_EQ(problem_of(R"({"tenantId": "x"})"), "identity: tenantId is no GUID");
    EXPECT_EQ(problem_of(R"({"principals": [{}]})"), "identity.principals[0]: name is missing");
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a"}, {"name": "a"}]})"), "identity.principals[1]: somebody else has that name or id");
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a", "managedIdentity": 1}]})"), "identity.principals[0]: managedIdentity is true or false");
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a", "roles": [{"role": "Owner"}]}]})"),
              "identity.principals[0].roles[0]: there is no role Owner");
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a", "roles": [{"role": "Storage Blob Data Reader", "account": "a", "queue": "q"}]}]})"),
              "identity.principals[0].roles[0]: Storage Blob Data Reader is for no queue");
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a", "roles": [{"role": "Storage Blob Data Reader", "container": "q"}]}]})"),
              "identity.principals[0].roles[0]: container needs an account");
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a", "certificate": "/nowhere.pem"}]})"),
              "identity.principals[0]: /nowhere.pem: No such file or directory");
}

TEST(Principals, AreInGroupsAndHaveNames) {
    const auto read = read_identity(R"({"principals": [
        {"name": "ann", "groups": ["AAAAAAAA-0000-4000-8000-000000000001"], "userPrincipalName": "Ann@contoso.com"}, {"name": "app"}]})");
    ASSERT_TRUE(read);
    const Principal* const ann = read->by_user_principal_name("ann@CONTOSO.com");
    ASSERT_NE(ann, nullptr);
    EXPECT_EQ(ann->name, "ann");
    EXPECT_EQ(ann->groups, (std::vector<std::string>{"aaaaaaaa-0000-4000-8000-000000000001"}));
    EXPECT_EQ(read->by_user_principal_name(""), nullptr);
    EXPECT_EQ(problem_of(R"({"principals": [{"name": "a", "groups": "staff"}]})"), "identity.principals[0]: groups: staff is no GUID");
}

}  // namespace
}  // namespace lazulite
