#include "auth/permissions.hpp"

#include "auth/identity.hpp"

namespace lazulite {

Result<> Identity::may(const Needs& needs, ServiceLetter service) const {
    switch (kind_) {
        case Kind::owner:
        case Kind::anonymous:
            return {};
        case Kind::account_sas:
            break;
    }
    if (!services_.has(static_cast<char>(service))) return fail(ErrorCode::authorization_service_mismatch);
    if (needs.by_sas == Needs::BySas::never) return fail(ErrorCode::authorization_failure);
    if (needs.by_sas == Needs::BySas::any) return {};
    if (!types_.has(static_cast<char>(needs.type))) return fail(ErrorCode::authorization_resource_type_mismatch);
    if (!letters_.any_of(needs.letters)) return fail(ErrorCode::authorization_permission_mismatch);
    return {};
}

bool Identity::may_overwrite() const { return kind_ != Kind::account_sas || letters_.has('w'); }

}  // namespace lazulite
