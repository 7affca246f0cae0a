#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "wire/service_version.hpp"

namespace lazulite {

/// What a bearer token of Microsoft Entra ID is judged by.
struct BearerCheck {
    std::string_view token;    ///< a JSON web token: what follows `Bearer `
    std::string_view account;  ///< the account of the URL
    ServiceVersion version;
    ServiceVersion since;  ///< the first version in which the service takes bearer tokens
    bool secure = false;   ///< came over TLS
    Instant wall_now;
};

/// Whom a token speaks for; empty where it does not say.
struct BearerClaims {
    std::string object_id;
    std::string tenant_id;
};

/// Judges issuer, audience and lifetime, in this order. The signature is not verified: nobody here has the issuer's
/// keys, so a test may sign with any. Failures carry AuthenticationErrorDetail: authentication_failed over HTTP and
/// below `since`; for a bad token invalid_bearer_token with the challenge, before version 2019-12-12
/// authentication_failed. Reference: "Authorize with Microsoft Entra ID", "Bearer challenge".
[[nodiscard]] Result<BearerClaims> verify_bearer(const BearerCheck& check);

/// The WWW-Authenticate of a 401.
inline constexpr std::string_view kBearerChallenge =
    "Bearer authorization_uri=https://login.microsoftonline.com/common/oauth2/authorize "
    "resource_id=https://storage.azure.com";
/// Versions from here on are told how to authenticate instead of being told that they failed.
inline constexpr ServiceVersion kBearerChallenged{2019, 12, 12};

}  // namespace lazulite
