// What a bearer token may copy: within an account the source of Copy Blob needs no authorization of its own where the
// roles of whoever copies may read it. Reference: "Copy Blob", authorization; "Copy Blob From URL",
// x-ms-copy-source-authorization.

#include <gtest/gtest.h>

#include <stdexcept>

#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "identity/authority.hpp"
#include "in_memory.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kAccount = "acct";
constexpr std::string_view kHost = "127.0.0.1:10000";

class CopyByToken : public ::testing::Test {
  protected:
    CopyByToken()
        : authority_(settings(), secrets(), false, nullptr),
          server_(blob::service(), blob::kBlobStore,
                  Account{std::string(kAccount), {AccountKey::parse("a2V5").value()}, {}}, false, &authority_) {
        for (const std::string container : {"mine", "readable", "hidden"}) {
            EXPECT_EQ(send("owner", "PUT", container + "?restype=container", {}).status, 201);
            EXPECT_EQ(send("owner", "PUT", container + "/b", {{"x-ms-blob-type", "BlockBlob"}}).status, 201);
        }
    }

    InMemory::Exchanged send(std::string_view who, std::string_view method, const std::string& path,
                             InMemory::Headers headers) {
        headers.emplace_back("x-ms-version", "2026-04-06");
        headers.emplace_back("Host", kHost);
        headers.emplace_back("Authorization", "Bearer " + token(who));
        return server_.send(method, "/" + std::string(kAccount) + "/" + path, headers);
    }
    InMemory::Exchanged copy(const std::string& from, InMemory::Headers headers = {}) {
        const std::string account = "https://" + std::string(kHost) + "/" + std::string(kAccount) + "/";
        headers.emplace_back("x-ms-copy-source", account + from);
        return send("writer", "PUT", "mine/copy", headers);
    }
    /// Copy Blob From URL, with a token of `reader` for the source.
    InMemory::Exchanged copy_from_url(const std::string& from, std::string_view reader) {
        const std::string authorization = "Bearer " + token(reader);
        return copy(from, {{"x-ms-requires-sync", "true"}, {"x-ms-copy-source-authorization", authorization}});
    }

  private:
    std::string token(std::string_view who) {
        for (const Principal& each : authority_.settings().principals) {
            if (each.name != who) continue;
            const std::string issuer = issuer_v1(authority_.settings().tenant);
            return authority_.issue({each, "https://storage.azure.com", issuer, std::chrono::hours(1)}, server_.now());
        }
        throw std::invalid_argument("nobody is called " + std::string(who));
    }

    /// Made once: it takes a while.
    static const IdentitySecrets& secrets() {
        static const IdentitySecrets made = IdentitySecrets::make();
        return made;
    }
    /// `writer` writes to one container and reads another; `owner` may do everything.
    static IdentitySettings settings() {
        IdentitySettings settings = default_identity();
        settings.principals.front().name = "owner";
        Principal writer;
        writer.name = "writer";
        writer.object_id = "00000000-0000-4000-8000-000000000001";
        writer.client_id = "00000000-0000-4000-9000-000000000001";
        writer.roles.push_back({find_role("Storage Blob Data Contributor"), std::string(kAccount), "mine"});
        writer.roles.push_back({find_role("Storage Blob Data Reader"), std::string(kAccount), "readable"});
        settings.principals.push_back(std::move(writer));
        return settings;
    }

    const Authority authority_;
    InMemory server_;
};

TEST_F(CopyByToken, ReadsTheSourceWhereItsRolesDo) {
    EXPECT_EQ(copy("mine/b").status, 202);
    EXPECT_EQ(copy("readable/b").status, 202);
}

TEST_F(CopyByToken, ReadsNoSourceThatItsRolesDoNot) {
    ASSERT_EQ(send("writer", "GET", "hidden/b", {}).code, "AuthorizationPermissionMismatch");
    const auto refused = copy("hidden/b");
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.code, "CannotVerifyCopySource");
    EXPECT_EQ(send("writer", "HEAD", "mine/copy", {}).status, 404);
}

TEST_F(CopyByToken, IsJudgedByTheTokenThatIsSentForTheSource) {
    const auto refused = copy_from_url("hidden/b", "writer");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.code, "CannotVerifyCopySource");
    EXPECT_EQ(copy_from_url("hidden/b", "owner").status, 202);
}

TEST_F(CopyByToken, NeedsOneForTheSourceOfCopyBlobFromUrl) {
    const auto refused = copy("readable/b", {{"x-ms-requires-sync", "true"}});
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.code, "CannotVerifyCopySource");
    EXPECT_EQ(copy_from_url("readable/b", "writer").status, 202);
}

}  // namespace
}  // namespace lazulite
