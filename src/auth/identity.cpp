#include "auth/identity.hpp"

#include "auth/roles.hpp"

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
    identity.rights_ = sas.delegated;
    identity.rights_on_ = std::move(sas.delegated_on);
    return identity;
}

Identity Identity::bearer(Bearer bearer) {
    Identity identity(Kind::bearer);
    identity.object_id_ = std::move(bearer.object_id);
    identity.tenant_id_ = std::move(bearer.tenant_id);
    identity.rights_ = bearer.rights;
    identity.rights_on_ = std::move(bearer.rights_on);
    return identity;
}

Identity Identity::before(std::string_view container) const {
    Identity identity = *this;
    if (rights_ && rights_on_) identity.rights_ = rights_on_(container);
    return identity;
}

Result<> Identity::may(const Needs& needs, ServiceLetter service, ServiceVersion version) const {
    if (kind_ == Kind::anonymous) return {};
    if (kind_ == Kind::bearer) return may_by_role(needs, service);
    if (needs.bearer_only) {
        return fail(StorageError(ErrorCode::authentication_failed)
                        .with("AuthenticationErrorDetail", "Only authentication scheme Bearer is supported"));
    }
    if (kind_ == Kind::owner) return {};
    Result<> judged = kind_ == Kind::account_sas ? may_by_account_sas(needs, service) : may_by_service_sas(needs);
    if (judged && rights_) judged = may_by_role(needs, service);
    if (!judged && version < kOwnSasCodes) return fail(ErrorCode::resource_not_found);
    return judged;
}

Result<> Identity::may_by_role(const Needs& needs, ServiceLetter service) const {
    if (!needed_rights(needs, service).within(*rights_)) return fail(ErrorCode::authorization_permission_mismatch);
    return {};
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
    if (rights_ && !rights_->has(Action::write)) return false;
    return (kind_ != Kind::account_sas && kind_ != Kind::service_sas) || letters_.has('w');
}

bool Identity::may_override_headers() const { return kind_ != Kind::anonymous && overrides_headers_; }

}  // namespace lazulite
