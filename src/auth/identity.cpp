#include "auth/identity.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kOwnSasCodes{2015, 4, 5};

bool permits(Letters given, const Needs& needs) {
    return (needs.letters.empty() || given.any_of(needs.letters)) && given.all_of(needs.also);
}

}  // namespace

Identity Identity::account_sas(AccountSas sas) {
    Identity identity(Kind::account_sas);
    identity.services_ = sas.services;
    identity.types_ = sas.types;
    identity.letters_ = sas.letters;
    identity.encryption_scope_ = std::move(sas.encryption_scope);
    return identity;
}

Identity Identity::service_sas(ServiceSas sas) {
    Identity identity(Kind::service_sas);
    identity.reach_ = sas.reach;
    identity.letters_ = sas.letters;
    identity.overrides_headers_ = sas.overrides_headers;
    identity.encryption_scope_ = std::move(sas.encryption_scope);
    return identity;
}

Result<> Identity::may(const Needs& needs, ServiceLetter service, ServiceVersion version) const {
    if (kind_ == Kind::anonymous || kind_ == Kind::bearer) return {};
    if (needs.bearer_only) {
        return fail(StorageError(ErrorCode::authentication_failed)
                        .with("AuthenticationErrorDetail", "Only authentication scheme Bearer is supported"));
    }
    if (kind_ == Kind::owner) return {};
    Result<> judged = kind_ == Kind::account_sas ? may_by_account_sas(needs, service) : may_by_service_sas(needs);
    if (!judged && version < kOwnSasCodes) return fail(ErrorCode::resource_not_found);
    return judged;
}

Result<> Identity::may_by_account_sas(const Needs& needs, ServiceLetter service) const {
    if (!services_.has(static_cast<char>(service))) return fail(ErrorCode::authorization_service_mismatch);
    if (needs.by_account_sas == Needs::ByAccountSas::never) return fail(ErrorCode::authorization_failure);
    if (needs.by_account_sas == Needs::ByAccountSas::any) return {};
    const char type = static_cast<char>(needs.type);
    if (!types_.has(type)) {
        return fail(StorageError(ErrorCode::authorization_resource_type_mismatch)
                        .with("ExtendedErrorDetail", std::string("SignedResourceTypes '") + type +
                                                         "' is required to perform this operation."));
    }
    if (!permits(letters_, needs)) return fail(ErrorCode::authorization_permission_mismatch);
    return {};
}

Result<> Identity::may_by_service_sas(const Needs& needs) const {
    if (reach_ < needs.service_sas) return fail(ErrorCode::authorization_failure);
    if (!permits(letters_, needs)) return fail(ErrorCode::authorization_permission_mismatch);
    return {};
}

bool Identity::may_overwrite() const {
    return (kind_ != Kind::account_sas && kind_ != Kind::service_sas) || letters_.has('w');
}

bool Identity::may_override_headers() const { return kind_ != Kind::anonymous && overrides_headers_; }

}  // namespace lazulite
