#include "lake.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "auth/user_delegation_sas.hpp"
#include "blob/operations.hpp"
#include "blob/rows/schema.hpp"
#include "datalake/operations.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kLake = "lake";
constexpr std::string_view kLakeVersion = "2026-04-06";

Account account_of_lake(bool hierarchical) {
    Account account{std::string(kLake), {AccountKey::parse("a2V5").value()}, {}};
    account.settings.hierarchical_namespace = hierarchical;
    return account;
}

/// Made once: it takes a while.
const IdentitySecrets& secrets_of_lakes() {
    static const IdentitySecrets kSecrets = [] {
        IdentitySecrets made = IdentitySecrets::make();
        made.signing_key = SigningKey::make();
        return made;
    }();
    return kSecrets;
}

}  // namespace

Lake::Lake(bool hierarchical)
    : authority_(settings(), secrets_of_lakes(), false, nullptr),
      server_(datalake::service(), blob::kBlobStore, account_of_lake(hierarchical), false, &authority_) {
    server_.also(blob::service());
    EXPECT_EQ(send("owner", Face::dfs, "PUT", "/fsys?resource=filesystem").status, 201);
}

IdentitySettings Lake::settings() {
    IdentitySettings settings = default_identity();
    settings.principals.clear();
    const auto add = [&](const std::string& name, std::string_view role) {
        const std::string number = std::to_string(settings.principals.size() + 1);
        Principal who;
        who.name = name;
        who.object_id = "aaaaaaaa-0000-4000-8000-00000000000" + number;
        who.client_id = "aaaaaaaa-0000-4000-9000-00000000000" + number;
        if (!role.empty()) who.roles.push_back({find_role(role), std::string(kLake), ""});
        settings.principals.push_back(std::move(who));
    };
    add("owner", "Storage Blob Data Owner");
    add("contributor", "Storage Blob Data Contributor");
    add("reader", "Storage Blob Data Reader");
    add("other", "");
    add("nobody", "");
    for (Principal& who : settings.principals) {
        if (who.name == "nobody" || who.name == "reader") who.groups.emplace_back(kGroup);
    }
    settings.principals.back().user_principal_name = kNobodysName;
    return settings;
}

std::string Lake::id(std::string_view who) const {
    for (const Principal& each : authority_.settings().principals) {
        if (each.name == who) return each.object_id;
    }
    throw std::invalid_argument("nobody is called " + std::string(who));
}

const std::string& Lake::token(std::string_view who) {
    const auto known = tokens_.find(who);
    if (known != tokens_.end()) return known->second;
    const Principal& principal = *authority_.settings().by_object_id(id(who));
    const std::string issuer = issuer_v1(authority_.settings().tenant);
    return tokens_[std::string(who)] =
               authority_.issue({principal, "https://storage.azure.com", issuer, std::chrono::hours(1)}, server_.now());
}

InMemory::Exchanged Lake::send(std::string_view who, Face face, std::string_view method, const std::string& target,
                               InMemory::Headers headers, std::string_view body) {
    headers.emplace_back("x-ms-version", kLakeVersion);
    headers.emplace_back("Host", std::string(kLake) + (face == Face::dfs ? ".dfs." : ".blob.") + "localhost:10004");
    if (!who.empty()) headers.emplace_back("Authorization", "Bearer " + token(who));
    return server_.send(method, target, headers, body);
}

InMemory::Exchanged Lake::send_delegated(std::string_view who, const std::string& parameters, Face face,
                                         std::string_view method, const std::string& target, InMemory::Headers headers) {
    const std::string version(kLakeVersion);
    const std::string& tenant = authority_.settings().tenant;
    const std::string signer = id(who);
    const DelegationKey key{signer, tenant, "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "b", version, ""};
    const std::string fields = "sv=" + version + "&sr=c&sp=racwdltmeop&se=2999-01-01&skoid=" + signer + "&sktid=" + tenant +
                               "&skt=2020-01-01T00:00:00Z&ske=2999-01-01T00:00:00Z&sks=b&skv=" + version +
                               (parameters.empty() ? "" : "&") + parameters;
    const auto text = user_delegation_string_to_sign(*Query::parse(fields), {}, kNewestVersion, kLake,
                                                     {Reach::container, ServiceLetter::blob, "fsys", ""});
    const std::string signature = base64_encode(HmacSha256(as_bytes(authority_.delegation_key(kLake, key))).sign(*text));
    return send("", face, method,
                target + (target.find('?') == std::string::npos ? "?" : "&") + fields + "&sig=" + percent_encode(signature),
                std::move(headers));
}

void Lake::put(const std::string& path) {
    const auto answer = send("owner", Face::blob, "PUT", "/fsys/" + path, {{"x-ms-blob-type", "BlockBlob"}});
    EXPECT_EQ(answer.status, 201) << path << " " << answer.code;
}

void Lake::set(const std::string& path, const Access& access) {
    InMemory::Headers headers;
    if (!access.owner.empty()) headers.emplace_back("x-ms-owner", access.owner);
    if (!access.group.empty()) headers.emplace_back("x-ms-group", access.group);
    if (!access.acl.empty()) headers.emplace_back("x-ms-acl", access.acl);
    if (!access.permissions.empty()) headers.emplace_back("x-ms-permissions", access.permissions);
    const auto answer = send("owner", Face::dfs, "PATCH", "/fsys/" + path + "?action=setAccessControl", headers);
    EXPECT_EQ(answer.status, 200) << path << " " << answer.code;
}

Reason Lake::why() {
    Reason last;
    server_.requests().for_each([&](const RequestLog::Entry& entry) {
        last = entry.why;
        return false;
    });
    return last;
}

std::string Lake::shown(const std::string& path, std::string_view field) {
    return send("owner", Face::dfs, "HEAD", "/fsys/" + path + "?action=getAccessControl").field(field);
}

}  // namespace lazulite
