#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "identity/authority.hpp"
#include "wire/message.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// A request for a token, its body read.
struct TokenRequest {
    Method method = Method::get;
    std::string_view path;  ///< as on the request line
    Query query;
    const FieldViews& fields;
    std::string_view form;  ///< the body
    std::string base;       ///< how the client calls this server: `https://localhost:10000`
};

inline constexpr std::string_view kManagedIdentityPath = "/_lazulite/identity/token";  ///< what IDENTITY_ENDPOINT names
inline constexpr std::string_view kInstanceMetadataPath = "/metadata/identity/oauth2/token";

/// Whether a path is one of the tenant's (`/{tenant}/oauth2/v2.0/token` and its kin) or of the instance metadata service;
/// the paths below `/_lazulite/` are told by their prefix.
[[nodiscard]] bool is_identity_path(std::string_view path, std::string_view tenant);

/// What Microsoft Entra ID and the machines of Azure answer to programs without a person in front of them. Errors have the
/// shapes of the originals; nothing fails.
///
///     GET  kManagedIdentityPath?api-version=2019-08-01&resource=R     header X-IDENTITY-HEADER: App Service, Functions
///     GET  kInstanceMetadataPath?api-version=2018-02-01&resource=R    header Metadata: true: virtual machines, Kubernetes
///     POST /{tenant}/oauth2/v2.0/token, /{tenant}/oauth2/token        client credentials: secret, certificate, federated
///     GET  /{tenant}[/v2.0]/.well-known/openid-configuration
///     GET  /{tenant}/discovery[/v2.0]/keys
///
/// Reference: "How to use managed identities for App Service", "Azure Instance Metadata Service", "Microsoft identity
/// platform and the OAuth 2.0 client credentials flow".
[[nodiscard]] Response answer_token_request(const Authority& authority, const TokenRequest& request, Instant wall_now);

}  // namespace lazulite
