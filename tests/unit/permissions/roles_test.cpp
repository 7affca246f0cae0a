// Plays every row of the tables of permissions for every role, assigned at the account, at the container that the row names,
// and at another one; with a bearer token, and with a user delegation SAS of whoever has the role.

#include <gtest/gtest.h>

#include "auth/user_delegation_sas.hpp"
#include "identity/authority.hpp"
#include "permission_rows.hpp"

namespace lazulite {
namespace {

/// The letters of the column `roles`, service by service.
struct LetterOfRole {
    char letter;
    std::string_view role;
};
const std::vector<LetterOfRole> kOfBlobs = {{'O', "Storage Blob Data Owner"},
                                            {'C', "Storage Blob Data Contributor"},
                                            {'R', "Storage Blob Data Reader"},
                                            {'D', "Storage Blob Delegator"},
                                            {'A', "Storage Account Contributor"}};
const std::vector<LetterOfRole> kOfQueues = {{'C', "Storage Queue Data Contributor"},
                                             {'R', "Storage Queue Data Reader"},
                                             {'P', "Storage Queue Data Message Processor"},
                                             {'S', "Storage Queue Data Message Sender"},
                                             {'D', "Storage Queue Delegator"},
                                             {'A', "Storage Account Contributor"}};
const std::vector<LetterOfRole> kOfTables = {{'C', "Storage Table Data Contributor"},
                                             {'R', "Storage Table Data Reader"},
                                             {'D', "Storage Table Delegator"},
                                             {'A', "Storage Account Contributor"}};
const std::vector<LetterOfRole> kOfFiles = {{'C', "Storage File Data Privileged Contributor"},
                                            {'R', "Storage File Data Privileged Reader"},
                                            {'D', "Storage File Delegator"},
                                            {'A', "Storage Account Contributor"}};
/// Of other services: nothing here is theirs.
constexpr std::string_view kElsewhere[] = {"Storage Blob Data Owner", "Storage Queue Data Contributor",
                                           "Storage Table Data Contributor", "Storage File Data Privileged Contributor"};

enum class At : std::uint8_t { account, container, elsewhere };
constexpr At kPlaces[] = {At::account, At::container, At::elsewhere};


class Roles {
  public:
    Roles(Fixture fixture, const std::vector<LetterOfRole>& letters)
        : fixture_(std::move(fixture)),
          letters_(letters),
          authority_(settings(), IdentitySecrets::make(), false, nullptr),
          server_(fixture_.service, fixture_.store,
                  fixture_.account(), false, &authority_) {
        if (fixture_.also) server_.also(*fixture_.also);
    }

    void play(const Row& row) {
        SCOPED_TRACE(row.where());
        const Principal& everything = principal("everything");
        for (const auto& [method, target, headers] : fixture_.set_up) {
            (void)send(everything, std::string(method), std::string(target), headers);
        }
        for (const auto& [letter, role] : letters_) {
            for (const At at : kPlaces) {
                const Principal& who = principal(named(role, at));
                const std::string expected = by_role(row, letter, at);
                expect_refusal(send(who, row.method, unique(row.target), row.headers), expected, who.name);
                ++cells_;
                if (at == At::elsewhere || expected == "AuthenticationFailed") continue;
                const std::string by_letters = row.service.front().refusal(std::string(kEveryLetter));
                expect_refusal(by_delegation(who, row), by_letters.empty() ? expected : by_letters, "SAS of " + who.name);
                ++cells_;
            }
        }
        for (const std::string_view role : kElsewhere) {
            if (find_role(role)->service == fixture_.letter) continue;
            const bool any = row.roles == "any";
            expect_refusal(send(principal(named(role, At::account)), row.method, unique(row.target), row.headers),
                           row.roles == "early" ? "AuthenticationFailed" : any ? "" : "AuthorizationPermissionMismatch",
                           std::string(role));
            ++cells_;
        }
    }
    [[nodiscard]] int cells() const { return cells_; }

  private:
    static std::string named(std::string_view role, At at) {
        return std::string(role) + (at == At::account ? "" : at == At::container ? " of the container" : " of another");
    }

    [[nodiscard]] IdentitySettings settings() const {
        IdentitySettings settings = default_identity();
        settings.principals.front().name = "everything";
        const auto add = [&](std::string_view role, At at) {
            const std::string number = std::to_string(100 + settings.principals.size());
            Principal who;
            who.name = named(role, at);
            who.object_id = "00000000-0000-4000-8000-000000000" + number;
            who.client_id = "00000000-0000-4000-9000-000000000" + number;
            const std::string container = at == At::account ? "" : at == At::container ? std::string(fixture_.container) : "another";
            who.roles.push_back({find_role(role), std::string(kName), container});
            settings.principals.push_back(std::move(who));
        };
        for (const auto& [letter, role] : letters_) {
            for (const At at : kPlaces) add(role, at);
        }
        for (const std::string_view role : kElsewhere) {
            if (find_role(role)->service != fixture_.letter) add(role, At::account);
        }
        return settings;
    }

    const Principal& principal(std::string_view name) const {
        for (const Principal& each : authority_.settings().principals) {
            if (each.name == name) return each;
        }
        throw std::runtime_error("nobody is called " + std::string(name));
    }

    static std::string by_role(const Row& row, char letter, At at) {
        if (row.roles == "early") return "AuthenticationFailed";
        if (row.roles == "any") return "";
        const bool on_container = row.roles.find(letter) != std::string::npos;
        const bool on_account = on_container || row.roles.find(ascii_lower(letter)) != std::string::npos;
        const bool may = at == At::account ? on_account : at == At::container && on_container;
        return may ? "" : "AuthorizationPermissionMismatch";
    }

    [[nodiscard]] InMemory::Headers with_intent(InMemory::Headers headers) const {
        if (fixture_.letter == ServiceLetter::file) headers.emplace_back("x-ms-file-request-intent", "backup");
        return versioned(std::move(headers));
    }

    InMemory::Exchanged send(const Principal& who, const std::string& method, const std::string& target,
                             const InMemory::Headers& headers) {
        const std::string token = authority_.issue(
            {who, "https://storage.azure.com", issuer_v1(authority_.settings().tenant), std::chrono::hours(1)}, server_.now());
        InMemory::Headers all = with_intent(headers);
        all.emplace_back("Authorization", "Bearer " + token);
        return server_.send(method, rooted(target), all);
    }

    /// A SAS with every letter for the container that the row names, signed with a key of `who`.
    InMemory::Exchanged by_delegation(const Principal& who, const Row& row) {
        const std::string target = unique(row.target);
        const std::string path = target.substr(1, target.find('?') - 1);
        const bool table = fixture_.letter == ServiceLetter::table;
        const bool elsewhere = path.empty() || (table && (path.starts_with("Tables") || path.starts_with("$")));
        const std::string container = elsewhere ? std::string(fixture_.container) : path.substr(0, path.find_first_of("/("));
        const std::string sr(fixture_.levels.front());
        const std::string service(1, static_cast<char>(fixture_.letter));
        const std::string version(kVersion);
        const DelegationKey key{who.object_id, authority_.settings().tenant, "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z",
                                service, version, ""};
        const std::string fields = "sv=" + version + (sr.empty() ? "" : "&sr=" + sr) + (table ? "&tn=" + container : "") +
                                   "&sp=" + std::string(kEveryLetter) + "&se=2999-01-01&skoid=" + who.object_id +
                                   "&sktid=" + authority_.settings().tenant + "&skt=2020-01-01T00:00:00Z&ske=2999-01-01T00:00:00Z&sks=" +
                                   service + "&skv=" + version;
        const auto text = user_delegation_string_to_sign(*Query::parse(fields), {}, kNewestVersion, kName,
                                                         {Reach::container, fixture_.letter, container, ""});
        const std::string signature = base64_encode(HmacSha256(as_bytes(authority_.delegation_key(kName, key))).sign(*text));
        return server_.send(row.method,
                            rooted(target) + (target.find('?') == std::string::npos ? "?" : "&") + fields +
                                "&sig=" + percent_encode(signature),
                            with_intent(row.headers));
    }

    std::string unique(std::string target) {
        if (const std::size_t at = target.find("{new}"); at != std::string::npos) {
            target.replace(at, 5, "new-" + std::to_string(++names_));
        }
        return target;
    }

    const Fixture fixture_;
    const std::vector<LetterOfRole>& letters_;
    const Authority authority_;
    InMemory server_;
    int names_ = 0;
    int cells_ = 0;
};

int play(const std::string& file, Fixture fixture, const std::vector<LetterOfRole>& letters) {
    const auto rows = read_rows(file);
    expect_a_row_for_each_operation(fixture.service.operations, rows);
    Roles roles(std::move(fixture), letters);
    for (const Row& row : rows) roles.play(row);
    return roles.cells();
}

TEST(Roles, OfTheBlobServiceAreThoseOfTheReference) { EXPECT_GT(play("blob.txt", of_blobs(), kOfBlobs), 2000); }

TEST(Roles, OfDataLakeStorageAreThoseOfTheReference) { EXPECT_GT(play("datalake.txt", of_data_lake(), kOfBlobs), 700); }

TEST(Roles, OfTheQueueServiceAreThoseOfTheReference) { EXPECT_GT(play("queue.txt", of_queues(), kOfQueues), 500); }

TEST(Roles, OfTheTableServiceAreThoseOfTheReference) { EXPECT_GT(play("table.txt", of_tables(), kOfTables), 400); }

TEST(Roles, OfTheFileServiceAreThoseOfTheReference) { EXPECT_GT(play("file.txt", of_files(), kOfFiles), 1000); }

}  // namespace
}  // namespace lazulite
