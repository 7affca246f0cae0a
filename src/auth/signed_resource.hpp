#pragma once

#include <string>
#include <string_view>

#include "auth/sas_fields.hpp"
#include "base/result.hpp"
#include "wire/service_version.hpp"

namespace lazulite {

/// The resource that a SAS within one service is for, as the request names it.
struct SignedResource {
    Reach reach = Reach::container;
    ServiceLetter service = ServiceLetter::blob;
    std::string path;    ///< `container`, `container/blob`, `queue`, a table's name in lower case, `share/file`
    std::string moment;  ///< the snapshot or version that the request names, where `sr` is `bs` or `bv`
};

/// By `sr`, `sdd` or `tn`, where the request's URL is at a level that they are for. A directory SAS (`sr=d`) on the
/// container itself is judged by the request's `prefix`. Failures as in sas_fields.hpp.
/// Reference: "Create a service SAS", specify the signed resource.
[[nodiscard]] Result<SignedResource> signed_resource(const SasCheck& check, ServiceVersion version);

/// A string-to-sign of `lines`, names of fields of the query with blanks between them, `/` for the canonicalized
/// resource and `@` for the snapshot or version; what `other` knows comes before what the query holds.
/// Reference: "Create a service SAS", construct the signature string.
[[nodiscard]] std::string sas_string_to_sign(
    std::string_view lines, const Query& query, ServiceVersion version, std::string_view account,
    const SignedResource& resource,
    const std::function<std::optional<std::string>(std::string_view line)>& other = nullptr);

/// The line of the resource in any of them: the fourth.
[[nodiscard]] std::string_view sas_canonical_resource(std::string_view string_to_sign);

}  // namespace lazulite
