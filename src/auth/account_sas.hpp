#pragma once

#include <string>
#include <string_view>

#include "auth/identity.hpp"
#include "auth/sas_fields.hpp"

namespace lazulite {

/// The string-to-sign: from `sv` 2020-12-06 on with `ses`; every line, the last too, ends with LF.
[[nodiscard]] std::string account_sas_string_to_sign(const Query& query, std::string_view account);

/// Verifies form, signature, time, source address and protocol, in this order; what it allows is in the Identity.
/// Failures as in sas_fields.hpp. Reference: "Create an account SAS".
[[nodiscard]] Result<Identity> verify_account_sas(const SasCheck& check);

}  // namespace lazulite
