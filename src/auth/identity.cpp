#include "auth/identity.hpp"

#include <tuple>

#include "auth/roles.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kOwnSasCodes{2015, 4, 5};

/// `texts`: what is needed and what is granted; made only for whoever asks.
template <class Texts>
void tell(Reason* why, Rule rule, Texts texts) {
    if (!why) return;
    why->rule = rule;
    std::tie(why->needed, why->granted) = texts();
}
template <class Texts>
tl::unexpected<StorageError> refuse_telling(Reason* why, Rule rule, ErrorCode code, Texts texts) {
    tell(why, rule, texts);
    return fail(code);
}

/// Services and resource types are sets of letters, too.
std::string those_of(std::string_view all, Letters given) {
    std::string text;
    for (const char letter : all) {
        if (given.has(letter)) text.push_back(letter);
    }
    return text;
}

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
    identity.posix_ = std::move(sas.posix);
    return identity;
}

Identity Identity::bearer(Bearer bearer) {
    Identity identity(Kind::bearer);
    identity.object_id_ = std::move(bearer.object_id);
    if (!identity.object_id_.empty()) identity.posix_ = {identity.object_id_, false, identity.object_id_};
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

bool Identity::left_to_posix(const Needs& needs, ServiceLetter service) const {
    if (posix_.object_id.empty()) return false;
    return posix_.whatever_roles_grant || (rights_ && !needed_rights(needs, service).within(*rights_));
}

Result<> Identity::may(const Needs& needs, ServiceLetter service, ServiceVersion version, Reason* why,
                       Roles roles) const {
    if (kind_ == Kind::anonymous) return {};
    if (kind_ == Kind::bearer) return roles == Roles::count ? may_by_role(needs, service, why) : Result<>();
    if (needs.bearer_only) {
        note(why, Rule::credentials);
        return fail(StorageError(ErrorCode::authentication_failed)
                        .with("AuthenticationErrorDetail", "Only authentication scheme Bearer is supported"));
    }
    if (kind_ == Kind::owner) return {};
    Result<> judged = kind_ == Kind::account_sas ? may_by_account_sas(needs, service, why) : may_by_service_sas(needs, why);
    if (judged && rights_ && roles == Roles::count) judged = may_by_role(needs, service, why);
    if (!judged && version < kOwnSasCodes) return fail(ErrorCode::resource_not_found);
    return judged;
}

Result<> Identity::may_by_role(const Needs& needs, ServiceLetter service, Reason* why) const {
    const NeededRights needed = needed_rights(needs, service);
    if (needed.within(*rights_)) return {};
    return refuse_telling(why, Rule::role, ErrorCode::authorization_permission_mismatch,
                  [&] { return std::pair(text_of(needed, service), text_of(*rights_, service)); });
}

Result<> Identity::may_by_account_sas(const Needs& needs, ServiceLetter service, Reason* why) const {
    if (!services_.has(static_cast<char>(service))) {
        return refuse_telling(why, Rule::service, ErrorCode::authorization_service_mismatch,
                      [&] { return std::pair(std::string(1, static_cast<char>(service)), those_of("bqtf", services_)); });
    }
    if (needs.by_account_sas == Needs::ByAccountSas::never) {
        note(why, Rule::credentials);
        return fail(ErrorCode::authorization_failure);
    }
    if (needs.by_account_sas == Needs::ByAccountSas::any) return {};
    const char type = static_cast<char>(needs.type);
    if (!types_.has(type)) {
        tell(why, Rule::resource_type, [&] { return std::pair(std::string(1, type), those_of("sco", types_)); });
        return fail(StorageError(ErrorCode::authorization_resource_type_mismatch)
                        .with("ExtendedErrorDetail", std::string("SignedResourceTypes '") + type +
                                                         "' is required to perform this operation."));
    }
    return check_letters(needs, why);
}

Result<> Identity::may_by_service_sas(const Needs& needs, Reason* why) const {
    if (reach_ < needs.service_sas) {
        note(why, needs.service_sas == Reach::account ? Rule::credentials : Rule::resource);
        return fail(ErrorCode::authorization_failure);
    }
    return check_letters(needs, why);
}

Result<> Identity::check_letters(const Needs& needs, Reason* why) const {
    if (permits(letters_, needs)) return {};
    return refuse_telling(why, Rule::permission, ErrorCode::authorization_permission_mismatch,
                  [&] { return std::pair(needed_letters(needs), letters_.text()); });
}

bool Identity::may_overwrite() const {
    // Who has neither right came here by access control lists, which were asked for what stands there.
    if (rights_ && !rights_->has(Action::write) && rights_->has(Action::add)) return false;
    return (kind_ != Kind::account_sas && kind_ != Kind::service_sas) || letters_.has('w');
}

bool Identity::may_override_headers() const { return kind_ != Kind::anonymous && overrides_headers_; }

}  // namespace lazulite
