#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/sas_fields.hpp"
#include "auth/signed_resource.hpp"

namespace lazulite {

/// The string-to-sign in the format of that version; nothing where the resource's service had no SAS then.
/// Reference: "Create a service SAS", construct the signature string.
[[nodiscard]] std::optional<std::string> service_sas_string_to_sign(const Query& query, ServiceVersion version,
                                                                    std::string_view account,
                                                                    const SignedResource& resource);

/// Verifies a service SAS: form, whether it is for this level of the URL, signature, stored access policy, time, source
/// address and protocol, in this order. `policies` is asked only where a genuine SAS names one. Failures as in
/// sas_fields.hpp; feature_version_mismatch for a policy with letters newer than `sv`.
/// Reference: "Create a service SAS", "Define a stored access policy".
[[nodiscard]] Result<Identity> verify_service_sas(const SasCheck& check, const PolicyLookup& policies);

}  // namespace lazulite
