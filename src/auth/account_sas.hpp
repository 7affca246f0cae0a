#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/account_key.hpp"
#include "auth/identity.hpp"
#include "base/clock.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// What an account SAS is judged by.
struct AccountSasCheck {
    const Query& query;
    std::string_view account;
    std::span<const AccountKey> keys;
    Instant account_now;              ///< a SAS expires by the account's clock, so that a test can advance past it
    std::string_view remote_address;  ///< against `sip`
    bool secure = false;              ///< against `spr`
};

/// Which kind of SAS a query carries: one with `sig` but neither `sr` nor `tn` is an account SAS, complete or not.
[[nodiscard]] bool is_sas(const Query& query);
[[nodiscard]] bool is_service_sas(const Query& query);

/// The string-to-sign: from `sv` 2020-12-06 on with `ses`; every line, the last too, ends with LF.
[[nodiscard]] std::string account_sas_string_to_sign(const Query& query, std::string_view account);

/// Verifies form, signature, time, source address and protocol, in this order; what it allows is in the Identity.
/// Failures: authentication_failed with AuthenticationErrorDetail, authorization_source_ip_mismatch with SourceIP,
/// authorization_protocol_mismatch. Reference: "Create an account SAS".
[[nodiscard]] Result<Identity> verify_account_sas(const AccountSasCheck& check);

}  // namespace lazulite
