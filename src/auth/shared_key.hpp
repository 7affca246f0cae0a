#pragma once

#include <span>
#include <string>
#include <string_view>

#include "auth/account_key.hpp"
#include "auth/canonical.hpp"
#include "auth/identity.hpp"
#include "base/clock.hpp"

namespace lazulite {

/// What Shared Key is judged by. `account` is the account of the URL without `-secondary`.
struct SharedKeyCheck {
    const Request& request;
    const Query& query;
    std::string_view account;
    std::span<const AccountKey> keys;
    ServiceVersion version;
    Instant wall_now;  ///< signatures are judged by wall time, whatever the account's clock says
    ServiceLetter service = ServiceLetter::blob;
    Reason* why = nullptr;  ///< told what was built and which rule refused
};

enum class SharedKeyScheme : std::uint8_t { shared_key, shared_key_lite };

/// The string-to-sign: of tables, of the Lite scheme, or of blobs, queues and files (before version 2009-09-19 the Lite
/// string under either name).
[[nodiscard]] std::string shared_key_string_to_sign(const SharedKeyCheck& check, SharedKeyScheme scheme,
                                                    Canonicalization how);

/// Verifies an `Authorization: SharedKey account:signature` or `SharedKeyLite ...` header. Tries both keys and every
/// way in which known clients canonicalize. Failures: invalid_authentication_info (400) for a malformed header, else
/// authentication_failed with the string the server used in AuthenticationErrorDetail.
/// Reference: "Authorize with Shared Key".
[[nodiscard]] Result<Identity> verify_shared_key(const SharedKeyCheck& check, std::string_view authorization);

}  // namespace lazulite
