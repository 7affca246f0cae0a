#include "identity/authority.hpp"

#include <nlohmann/json.hpp>

#include "auth/json_web_token.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::size_t kSecretBytes = 32;

}  // namespace

IdentitySecrets IdentitySecrets::make() {
    IdentitySecrets secrets;
    secrets.delegation_secret.resize(kSecretBytes);
    fill_random(secrets.delegation_secret.data(), kSecretBytes);
    return secrets;
}

std::string IdentitySecrets::text() const {
    json value = {{"format", kFormat}, {"delegationSecret", base64_encode(as_bytes(delegation_secret))}, {"revocations", revocations}};
    if (signing_key) value["signingKey"] = signing_key->pem();
    return value.dump(2) + "\n";
}

std::optional<IdentitySecrets> IdentitySecrets::parse(std::string_view text) {
    const json value = json::parse(text, nullptr, false);
    if (!value.is_object()) return std::nullopt;
    try {
        auto secret = base64_decode(value.at("delegationSecret").get<std::string>());
        if (!secret || secret->size() != kSecretBytes) return std::nullopt;
        IdentitySecrets secrets{std::nullopt, *std::move(secret), {}, true};
        if (value.contains("signingKey")) {
            secrets.signing_key = SigningKey::from_pem(value.at("signingKey").get<std::string>());
            if (!secrets.signing_key) return std::nullopt;
        }
        for (const auto& [account, count] : value.at("revocations").items()) {
            secrets.revocations[account] = count.get<std::uint64_t>();
        }
        return secrets;
    } catch (const json::exception&) {
        return std::nullopt;
    }
}

std::uint64_t IdentitySecrets::format_of(std::string_view text) {
    const json value = json::parse(text, nullptr, false);
    if (!value.is_object() || !value.contains("format") || !value["format"].is_number_unsigned()) return kFormat;
    return value["format"].get<std::uint64_t>();
}

Authority::Authority(IdentitySettings settings, IdentitySecrets secrets, bool others,
                     std::function<void(const IdentitySecrets&)> save)
    : settings_(std::move(settings)),
      secrets_(std::move(secrets)),
      delegation_(as_bytes(secrets_.delegation_secret)),
      others_(others),
      save_(std::move(save)) {
    if (secrets_.signing_key) verifying_key_ = secrets_.signing_key->verifying();
}

const SigningKey& Authority::signing_key() const {
    {
        const std::shared_lock lock(mutex_);
        if (secrets_.signing_key) return *secrets_.signing_key;
    }
    SigningKey made = SigningKey::make();
    const std::unique_lock lock(mutex_);
    if (!secrets_.signing_key) {
        secrets_.signing_key = std::move(made);
        verifying_key_ = secrets_.signing_key->verifying();
        save();
    }
    return *secrets_.signing_key;
}

void Authority::save() const {
    try {
        if (save_) save_(secrets_);
        secrets_.kept = true;
    } catch (const std::exception& problem) {
        log::warning("tokens and user delegation keys will not outlive this process: " + std::string(problem.what()));
    }
}

TokenTrust Authority::trust() const {
    const std::shared_lock lock(mutex_);
    if (!verifying_key_) return {settings_.tenant, {}, nullptr, others_};
    return {settings_.tenant, secrets_.signing_key->id(), &*verifying_key_, others_};
}

std::string Authority::issue(const TokenGrant& grant, Instant wall_now) const {
    const std::int64_t now = unix_seconds(wall_now);
    const SigningKey& key = signing_key();
    const json header = {{"typ", "JWT"}, {"alg", "RS256"}, {"kid", key.id()}};
    const json claims = {{"aud", grant.audience},
                         {"iss", grant.issuer},
                         {"iat", now},
                         {"nbf", now},
                         {"exp", now + grant.lifetime.count()},
                         {"appid", grant.principal.client_id},
                         {"azp", grant.principal.client_id},
                         {"idtyp", "app"},
                         {"oid", grant.principal.object_id},
                         {"sub", grant.principal.object_id},
                         {"tid", settings_.tenant},
                         {"uti", Guid::fast().text()},
                         {"ver", grant.issuer.ends_with("/v2.0") ? "2.0" : "1.0"}};
    const std::string signed_part = signed_part_of(header, claims);
    return signed_part + "." + base64url_encode(as_bytes(key.sign(signed_part)));
}

Rights Authority::rights(const BearerClaims& claims, ServiceLetter service, std::string_view account,
                         std::string_view container) const {
    if (!claims.ours) return Rights::all();
    const Principal* const principal = settings_.by_object_id(claims.object_id);
    return principal ? rights_of(*principal, service, account, container) : Rights();
}

Rights Authority::rights_of_delegator(std::string_view object_id, ServiceLetter service, std::string_view account,
                                      std::string_view container) const {
    const Principal* const principal = settings_.by_object_id(object_id);
    if (!principal) return others_ ? Rights::all() : Rights();
    return rights_of(*principal, service, account, container);
}

std::string Authority::delegation_key(std::string_view account, const DelegationKey& key) const {
    std::uint64_t revoked = 0;
    bool kept = false;
    {
        const std::shared_lock lock(mutex_);
        kept = secrets_.kept;
        if (const auto at = secrets_.revocations.find(account); at != secrets_.revocations.end()) revoked = at->second;
    }
    if (!kept) {
        const std::unique_lock lock(mutex_);
        if (!secrets_.kept) save();
    }
    std::string message(account);
    for (const std::string_view part : {key.object_id, key.tenant_id, key.start, key.expiry, key.service, key.version,
                                        key.delegated_tenant}) {
        message.append("\n").append(part);
    }
    const Sha256Digest bytes = delegation_.sign(message + "\n" + std::to_string(revoked));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void Authority::revoke_delegation_keys(std::string_view account) {
    const std::unique_lock lock(mutex_);
    ++secrets_.revocations[std::string(account)];
    save();
}

}  // namespace lazulite
