#pragma once

#include <string>
#include <string_view>

#include "auth/reason.hpp"
#include "auth/token_key.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "wire/service_version.hpp"

namespace lazulite {

/// Whose tokens are taken: our own, which are verified, and on demand those of anybody who is called like Microsoft Entra
/// ID, whose signature nobody here can verify.
struct TokenTrust {
    std::string_view tenant;            ///< ours
    std::string_view key_id;            ///< of the key that our tokens are signed with
    const VerifyingKey* key = nullptr;  ///< null: there are none
    bool others = false;                ///< `--oauth basic`
};

/// What a bearer token is judged by.
struct BearerCheck {
    std::string_view token;    ///< a JSON web token: what follows `Bearer `
    std::string_view account;  ///< the account of the URL
    ServiceVersion version;
    ServiceVersion since;  ///< the first version in which the service takes bearer tokens
    bool secure = false;   ///< came over TLS
    Instant wall_now;
    TokenTrust trust;
    Reason* why = nullptr;  ///< told which rule refused
};

/// Whom a token speaks for; empty where it does not say.
struct BearerClaims {
    std::string object_id;
    std::string tenant_id;
    bool ours = false;  ///< issued and signed here
};

/// Judges signature (of our own tokens), issuer, tenant, audience and lifetime, in this order. Failures carry
/// AuthenticationErrorDetail: authentication_failed over HTTP and below `since`; for a bad token invalid_bearer_token,
/// before version 2019-12-12 authentication_failed.
/// Reference: "Authorize with Microsoft Entra ID", "Bearer challenge".
[[nodiscard]] Result<BearerClaims> verify_bearer(const BearerCheck& check);

/// What our tokens say who issued them: of the endpoints of version 1 and of 2, which stand at `base`.
[[nodiscard]] std::string issuer_v1(std::string_view tenant);
[[nodiscard]] std::string issuer_v2(std::string_view base, std::string_view tenant);

/// The WWW-Authenticate of a 401, where `authority` is the URL at which tokens are had.
[[nodiscard]] std::string bearer_challenge(std::string_view authority);

/// Versions from here on are told how to authenticate instead of being told that they failed.
inline constexpr ServiceVersion kBearerChallenged{2019, 12, 12};

}  // namespace lazulite
