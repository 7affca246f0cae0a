#include "app/explain.hpp"

#include <gtest/gtest.h>

#include "app/judged_sas.hpp"
#include "app/shown_requests.hpp"
#include "service/accounts.hpp"

namespace lazulite {
namespace {

constexpr Instant kNow{std::chrono::seconds(1'763'640'000)};  // 2025-11-20T12:00:00Z

Explained of(const std::string& url, const std::string& method = {}) {
    return explain({.url = url, .method = method, .ip = {}, .at = {}, .account_key = {}}, EmulatorOptions(), kNow);
}

/// Signed by the well-known key: sv 2020-12-06, blobs, objects, `rl` until 2100.
std::string signed_url() {
    const std::string lines = "devstoreaccount1\nrl\nb\no\n\n2100-01-01\n\n\n2020-12-06\n\n";
    return "http://127.0.0.1:10000/devstoreaccount1/con/b?sv=2020-12-06&ss=b&srt=o&sp=rl&se=2100-01-01&sig=" +
           percent_encode(AccountKey::parse(kDevelopmentKey)->sign(lines));
}

TEST(Explain, IsAcceptedAsTheServerWould) {
    const Explained made = of(signed_url());
    EXPECT_EQ(made.code, Explained::Code::accepted) << made.text;
    EXPECT_NE(made.text.find("\naccepted\n"), std::string::npos) << made.text;
}

TEST(Explain, JudgesAMethodByTheOperationTables) {
    EXPECT_EQ(of(signed_url(), "GET").code, Explained::Code::accepted);
    const Explained put = of(signed_url(), "PUT");
    EXPECT_EQ(put.code, Explained::Code::refused);
    EXPECT_NE(put.text.find("(permission): PutPageBlob needs c or w, and the SAS has rl."), std::string::npos)
        << put.text;
    EXPECT_EQ(of(signed_url() + "&comp=nosuch", "GET").code, Explained::Code::refused);
}

TEST(Explain, SaysThatItIsNoSas) {
    EXPECT_EQ(of("http://127.0.0.1:10000/devstoreaccount1/con/b").code, Explained::Code::no_sas);
    EXPECT_EQ(of("/devstoreaccount1/con/b?sig=a").code, Explained::Code::no_sas);
    EXPECT_EQ(of(signed_url(), "FETCH").code, Explained::Code::no_sas);
    EXPECT_EQ(of(signed_url() + "%").code, Explained::Code::no_sas);
}

TEST(JudgedSas, GoesOnBehindWhatItRefuses) {
    const auto query = Query::parse("sv=2020-12-06&ss=b&srt=o&sp=r&se=2020-01-01&sip=10.0.0.1&spr=https&sig=c2ln");
    const std::vector<AccountKey> keys{*AccountKey::parse(kDevelopmentKey)};
    const JudgedSas judged = judge_sas({.query = *query,
                                        .account = kDevelopmentAccount,
                                        .keys = keys,
                                        .account_now = kNow,
                                        .remote_address = "127.0.0.1",
                                        .keys_permitted = false},
                                       true);
    std::vector<Rule> rules;
    for (const SasRefusal& refusal : judged.refusals) rules.push_back(refusal.rule);
    EXPECT_EQ(rules,
              (std::vector<Rule>{Rule::signature, Rule::time, Rule::account_switch, Rule::source_ip, Rule::protocol}));
    ASSERT_TRUE(judged.identity);
    EXPECT_EQ(judged.identity->letters().text(), "r");
}

TEST(JudgedSas, StopsWhereNothingCanBePutRight) {
    const auto query = Query::parse("sv=2020-12-06&ss=b&srt=o&sp=r&st=2021-01-01&se=2020-01-01&sig=c2ln");
    const std::vector<AccountKey> keys{*AccountKey::parse(kDevelopmentKey)};
    const JudgedSas judged = judge_sas({.query = *query,
                                        .account = kDevelopmentAccount,
                                        .keys = keys,
                                        .account_now = kNow,
                                        .remote_address = "127.0.0.1"},
                                       true);
    ASSERT_EQ(judged.refusals.size(), 2U);
    EXPECT_EQ(judged.refusals.back().rule, Rule::time);
    EXPECT_FALSE(judged.identity);
}

TEST(ShownRequests, AreChosenAndSurviveBytesThatAreNoText) {
    RequestLog log;
    Request request;
    request.method_text = "GET";
    request.path = "/a\xff";
    const StorageError error(ErrorCode::authorization_permission_mismatch);
    const Reason why{.rule = Rule::permission, .needed = "r"};
    log.add(request, {.request_id = "1", .account = "a", .status = 200}, kNow);
    log.add(request, {.request_id = "2", .account = "b", .status = 403, .error = &error, .why = &why}, kNow);
    const auto of_query = [&](std::string_view text) { return shown_requests(log, *Query::parse(text)); };
    EXPECT_EQ((*of_query(""))["requests"].size(), 2U);
    EXPECT_EQ((*of_query("limit=1"))["requests"][0]["requestId"], "2");
    EXPECT_EQ((*of_query("account=a"))["requests"][0]["requestId"], "1");
    EXPECT_EQ((*of_query("status=403"))["requests"][0]["why"],
              (nlohmann::json{
                  {"rule", "permission"},
                  {"needed", "r"},
                  {"granted", ""},
                  {"detail", "This request is not authorized to perform this operation using this permission."}}));
    EXPECT_FALSE((*of_query("account=a"))["requests"][0].contains("why"));
    EXPECT_FALSE(of_query("status=x"));
    EXPECT_FALSE(of_query("limit=-1"));
}

}  // namespace
}  // namespace lazulite
