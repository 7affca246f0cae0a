#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/sas_fields.hpp"
#include "auth/signed_resource.hpp"
#include "wire/fields.hpp"

namespace lazulite {

/// What a user delegation key was made of; the texts as they stand in the answer to Get User Delegation Key and in the
/// SAS, for the key follows from them. Reference: "Get User Delegation Key".
struct DelegationKey {
    std::string_view object_id;  ///< `skoid`
    std::string_view tenant_id;  ///< `sktid`
    std::string_view start;      ///< `skt`
    std::string_view expiry;     ///< `ske`
    std::string_view service;    ///< `sks`: b, q, t or f
    std::string_view version;    ///< `skv`
    std::string_view delegated_tenant;  ///< `skdutid`; mostly empty
};

/// What a user delegation SAS is judged by beside the rest of a SAS.
struct UserDelegation {
    /// The key's bytes; nothing where its tenant is not known here.
    std::function<std::optional<std::string>(const DelegationKey&)> key;
    /// What roles grant to an object id on a container of the account.
    std::function<Rights(std::string_view object_id, std::string_view container)> rights;
    /// Whose token the request carries beside the SAS; nothing: none, or not a good one.
    std::function<Result<std::string>()> bearer;
    const FieldViews& fields;  ///< of the request, for `srh`
};

/// The string-to-sign in the format of that version; nothing where the resource's service had no user delegation SAS.
[[nodiscard]] std::optional<std::string> user_delegation_string_to_sign(const Query& query, const FieldViews& fields,
                                                                        ServiceVersion version,
                                                                        std::string_view account,
                                                                        const SignedResource& resource);

/// Verifies a user delegation SAS: form, level of the URL, signature, times of the key and of the SAS, source address,
/// protocol, and the token of the user it is for (`sduoid`), in this order. Failures as in sas_fields.hpp.
/// Reference: "Create a user delegation SAS".
[[nodiscard]] Result<Identity> verify_user_delegation_sas(const SasCheck& check, const UserDelegation& delegation);

}  // namespace lazulite
