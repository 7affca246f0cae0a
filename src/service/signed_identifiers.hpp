#pragma once

#include <string>
#include <string_view>

#include "auth/stored_policy.hpp"
#include "base/result.hpp"

namespace lazulite {

/// Which letters the policies of a service's resources may hold: `ordered` ones in that order, `others` anywhere
/// (clients disagree about those), none twice.
struct PolicyLetters {
    std::string_view ordered;
    std::string_view others;
};

/// The body of Set Container (Queue, Table, Share) ACL; an empty one removes every policy. Fails with
/// invalid_xml_document: malformed, more than five, an id that is empty, longer than 64 characters or there twice, a
/// time in none of the forms of ISO 8601 that signatures allow, letters that are unknown or out of order. Reference:
/// "Set Container ACL"; reasons and codes as the service was seen to give them.
[[nodiscard]] Result<StoredPolicies> parse_signed_identifiers(std::string_view body, PolicyLetters letters);

/// The body of Get Container (Queue, Table, Share) ACL: times with seven digits, what a policy leaves open left out.
[[nodiscard]] std::string write_signed_identifiers(const StoredPolicies& policies);

}  // namespace lazulite
