// Who sends a request, and how that is proven.

#include "auth/account_sas.hpp"
#include "auth/bearer.hpp"
#include "auth/service_sas.hpp"
#include "auth/shared_key.hpp"
#include "auth/user_delegation_sas.hpp"
#include "service/progress.hpp"

namespace lazulite {
namespace {

StorageError no_authentication(ServiceVersion version, bool version_named) {
    if (!version_named || version < kBearerChallenged) return {ErrorCode::resource_not_found};
    return {ErrorCode::no_authentication_information};
}

}  // namespace

Caller Gateway::caller_of(const Request& request, const Progress& progress) {
    if (progress.identity) {
        switch (progress.identity->kind()) {
            case Identity::Kind::anonymous: return Caller::anonymous;
            case Identity::Kind::owner: return Caller::owner;
            case Identity::Kind::account_sas: return Caller::account_sas;
            case Identity::Kind::bearer: return Caller::bearer;
            case Identity::Kind::service_sas: break;
        }
    }
    const auto authorization = request.fields.find("Authorization");
    if (progress.query && is_sas(*progress.query) && (!authorization || progress.identity)) {
        if (is_account_sas(*progress.query)) return Caller::account_sas;
        return is_user_delegation_sas(*progress.query) ? Caller::user_delegation_sas : Caller::service_sas;
    }
    if (!authorization || progress.service->anonymous) return Caller::anonymous;
    return starts_with_ignoring_case(*authorization, "Bearer") ? Caller::bearer : Caller::owner;
}

Result<Identity> Gateway::identify(const Request& request, Progress& progress) const {
    if (progress.own) return Identity::owner();
    const Query& query = *progress.query;
    const auto authorization = request.fields.find("Authorization");
    // A SAS for one user alone comes with the token of that user.
    const bool for_a_user = is_user_delegation_sas(query) && query.has("sduoid");
    if (is_sas(query) && (!authorization || for_a_user)) return identify_by_sas(request, progress);
    if (!authorization && !progress.trusted_account.empty() && progress.trusted_account == progress.target.account) {
        return Identity::owner();
    }
    if (!authorization) {
        const bool by_outer = progress.outer && progress.outer->identity.kind() == Identity::Kind::bearer;
        return by_outer ? progress.outer->identity.before(progress.target.container) : Identity::anonymous();
    }
    const std::string_view scheme = authorization->substr(0, authorization->find(' '));
    if (equals_ignoring_case(scheme, "Bearer")) return identify_bearer(request, progress);
    LAZ_TRY(const Identity owner, verify_shared_key({request, query, progress.target.account, progress.account->keys,
                                                     progress.version, environment_.wall.now(),
                                                     sas_letter(progress.target.service), &progress.why},
                                                    *authorization));
    if (!progress.account->settings.allow_shared_key) return fail(ErrorCode::key_based_authentication_not_permitted);
    return owner;
}

Result<Identity> Gateway::identify_by_sas(const Request& request, Progress& progress) const {
    const Query& query = *progress.query;
    const Target& target = progress.target;
    const SasCheck check{.query = query,
                         .account = target.account,
                         .keys = progress.account->keys,
                         .account_now = progress.store ? progress.store->now() : environment_.wall.now(),
                         .remote_address = request.remote_address,
                         .secure = request.secure,
                         .keys_permitted = progress.account->settings.allow_shared_key,
                         .service = sas_letter(target.service),
                         .container = target.container,
                         .name = target.name,
                         .why = &progress.why};
    if (is_account_sas(query)) return verify_account_sas(check);
    if (is_user_delegation_sas(query)) return identify_by_delegation(request, progress, check);
    return verify_service_sas(check, [&progress, &target] {
        if (!progress.service->stored_policies) return StoredPolicies();
        const auto policies = progress.store->read(
            [&](ReadTxn& tx) -> Result<StoredPolicies> { return progress.service->stored_policies(tx, target); });
        return policies ? *policies : StoredPolicies();
    });
}

Result<Identity> Gateway::identify_by_delegation(const Request& request, Progress& progress, SasCheck check) const {
    const Authority* const authority = environment_.authority;
    if (!authority) return fail(ErrorCode::not_implemented);
    check.keys_permitted = true;  // no key of the account is in it
    const ServiceLetter service = check.service;
    const std::string& account = progress.target.account;
    return verify_user_delegation_sas(
        check, {.key = [&](const DelegationKey& key) { return authority->delegation_key(account, key); },
                .rights =
                    [authority, service, account](std::string_view object_id, std::string_view container) {
                        return authority->rights_of_delegator(object_id, service, account, container);
                    },
                .bearer = [&]() -> Result<std::string> {
                    LAZ_TRY(const BearerClaims claims, claims_of(request, progress));
                    return claims.object_id;
                },
                .fields = request.fields});
}

Result<BearerClaims> Gateway::claims_of(const Request& request, Progress& progress) const {
    constexpr std::string_view kScheme = "Bearer";
    const std::string_view authorization = request.fields.value_or_empty("Authorization");
    if (!starts_with_ignoring_case(authorization, kScheme)) {
        note(&progress.why, Rule::token);
        return sas_refused("The SAS is for one user, whose bearer token the request lacks.");
    }
    return verify_bearer({trim(authorization.substr(kScheme.size())), progress.target.account, progress.version,
                          progress.service->bearer_since, request.secure, environment_.wall.now(),
                          environment_.authority ? environment_.authority->trust()
                                                 : TokenTrust{.others = environment_.behaviour.oauth},
                          &progress.why});
}

Result<Identity> Gateway::identify_bearer(const Request& request, Progress& progress) const {
    LAZ_TRY(BearerClaims claims, claims_of(request, progress));
    const auto rights_on = [authority = environment_.authority, claims, account = progress.target.account,
                            service = sas_letter(progress.target.service)](std::string_view container) {
        return authority ? authority->rights(claims, service, account, container) : Rights::all();
    };
    const Rights rights = rights_on(progress.target.container);
    return Identity::bearer({std::move(claims.object_id), std::move(claims.tenant_id), rights, rights_on});
}

std::string Gateway::challenge(const Request& request) const {
    // Tokens from elsewhere come from a tenant that nobody here knows.
    if (!environment_.authority || environment_.behaviour.oauth) {
        return bearer_challenge("https://login.microsoftonline.com/common");
    }
    return bearer_challenge((request.secure ? "https://" : "http://") + std::string(request.fields.value_or_empty("Host")) +
                            "/" + environment_.authority->settings().tenant);
}

Result<> Gateway::check_public(Progress& progress) const {
    const Needs::Public needed = progress.operation->needs.open_to_public;
    if (needed != Needs::Public::never && !progress.account->settings.allow_blob_public_access) {
        return fail(ErrorCode::public_access_not_permitted);
    }
    if (needed != Needs::Public::never && progress.service->public_access) {
        LAZ_TRY(const Needs::Public open, progress.store->read([&](ReadTxn& tx) -> Result<Needs::Public> {
            return progress.service->public_access(tx, progress.target);
        }));
        // `container` opens the blobs too.
        if (open >= needed) return {};
    }
    note(&progress.why, Rule::public_access);
    return fail(no_authentication(progress.version, progress.named_version.has_value()));
}

}  // namespace lazulite
