// Bearer tokens at the File service. Reference: "Authorize with Microsoft Entra ID" and the pages of the operations,
// x-ms-file-request-intent.

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "file/operations.hpp"
#include "file/rows/schema.hpp"
#include "in_memory.hpp"

namespace lazulite {
namespace {

std::string for_urls(std::string_view text) {
    std::string base64 = base64_encode(as_bytes(text));
    for (char& c : base64) c = c == '+' ? '-' : c == '/' ? '_' : c;
    while (base64.ends_with('=')) base64.pop_back();
    return base64;
}

/// Of a token that anybody may have made: its signature is not looked at.
std::string bearer() {
    return "Bearer " + for_urls(R"({"alg":"none"})") + '.' +
           for_urls(R"({"iss":"https://sts.windows.net/tenant/","aud":"https://storage.azure.com","nbf":1,"exp":4102444800})") +
           ".sig";
}

class BearerOfFiles : public ::testing::Test {
  protected:
    InMemory::Exchanged send(std::string_view method, std::string_view target, std::string_view version, InMemory::Headers headers) {
        headers.emplace_back("x-ms-version", version);
        headers.emplace_back("Authorization", bearer());
        return server_.send(method, target, headers);
    }
    static InMemory::Headers with_intent(std::string_view intent = "backup") { return {{"x-ms-file-request-intent", std::string(intent)}}; }

    InMemory server_{file::service(), file::kFileStore,
                     Account{"bearers", {AccountKey::parse("a2V5IG9mIHRoZSBwZXJtaXNzaW9ucw==").value()}, {}}, true};
};

TEST_F(BearerOfFiles, SaysThatItGoesPastThePermissionsOfFiles) {
    const auto without = send("GET", "/bearers/sha/f", "2026-04-06", {});
    EXPECT_EQ(without.status, 400);
    EXPECT_EQ(without.code, "MissingRequiredHeader");
    const auto other = send("GET", "/bearers/sha/f", "2026-04-06", with_intent("restore"));
    EXPECT_EQ(other.status, 400);
    EXPECT_EQ(other.code, "InvalidHeaderValue");
    const auto with = send("GET", "/bearers/sha/f", "2026-04-06", with_intent());
    EXPECT_EQ(with.status, 404);
    EXPECT_EQ(with.code, "ShareNotFound");
}

TEST_F(BearerOfFiles, WorksOnSharesSinceTheyTakeIt) {
    const auto early = send("PUT", "/bearers/sha?restype=share", "2024-08-04", with_intent());
    EXPECT_EQ(early.status, 403);
    EXPECT_EQ(early.code, "AuthenticationFailed");
    EXPECT_EQ(send("PUT", "/bearers/sha?restype=share", "2024-11-04", with_intent()).status, 201);
    EXPECT_EQ(send("GET", "/bearers/?comp=list", "2024-11-04", with_intent()).status, 200);
    EXPECT_EQ(send("GET", "/bearers/?comp=list", "2024-11-04", {}).code, "MissingRequiredHeader");
}

TEST_F(BearerOfFiles, ReadsAndWritesFiles) {
    ASSERT_EQ(send("PUT", "/bearers/sha?restype=share", "2026-04-06", with_intent()).status, 201);
    InMemory::Headers headers = with_intent("Backup");
    headers.emplace_back("x-ms-type", "file");
    headers.emplace_back("x-ms-content-length", "3");
    EXPECT_EQ(send("PUT", "/bearers/sha/f", "2026-04-06", headers).status, 201);
    EXPECT_EQ(send("GET", "/bearers/sha/f", "2022-11-02", with_intent()).status, 200);
    const auto before = send("GET", "/bearers/sha/f", "2021-12-02", with_intent());
    EXPECT_EQ(before.status, 403);
    EXPECT_EQ(before.code, "AuthenticationFailed");
}

}  // namespace
}  // namespace lazulite
