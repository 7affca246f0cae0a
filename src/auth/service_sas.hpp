#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/sas_fields.hpp"

namespace lazulite {

/// What a service SAS signs beside its own fields.
struct SignedResource {
    std::string_view path;    ///< `container`, `container/blob`, `queue`, a table's name in lower case, `share/file`
    std::string_view moment;  ///< the snapshot or version that the request names, where `sr` is `bs` or `bv`
};

/// The string-to-sign of that service in the format of that version; nothing where the service had no SAS then.
/// Reference: "Create a service SAS", construct the signature string.
[[nodiscard]] std::optional<std::string> service_sas_string_to_sign(const Query& query, ServiceLetter service,
                                                                    ServiceVersion version, std::string_view account,
                                                                    const SignedResource& resource);

/// Verifies a service SAS: form, whether it is for this level of the URL, signature, stored access policy, time, source
/// address and protocol, in this order. `policies` is asked only where a genuine SAS names one. Failures as in
/// sas_fields.hpp; feature_version_mismatch for a policy with letters newer than `sv`.
/// A directory SAS (`sr=d`) on the container itself is judged by the request's `prefix`.
/// Reference: "Create a service SAS", "Define a stored access policy".
[[nodiscard]] Result<Identity> verify_service_sas(const SasCheck& check, const PolicyLookup& policies);

}  // namespace lazulite
