#include "identity/client_assertion.hpp"

#include <algorithm>

#include "auth/json_web_token.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

constexpr auto kSkew = std::chrono::minutes(5);

tl::unexpected<AssertionRefused> refused(std::string_view code, std::string text) {
    return tl::unexpected(AssertionRefused{code, std::move(text)});
}

bool in_time(const JsonWebToken& token, Instant now) {
    const auto begins = token.time("nbf");
    const auto ends = token.time("exp");
    return ends && now < *ends + kSkew && (!begins || now >= *begins - kSkew);
}

/// The URL it was sent to, whatever name this server was called by: the path says enough.
bool is_token_endpoint(std::string_view audience, std::string_view tenant) {
    const std::string begin = "/" + std::string(tenant) + "/";
    return audience.ends_with(begin + "oauth2/v2.0/token") || audience.ends_with(begin + "oauth2/token") ||
           audience.ends_with(begin + "v2.0");
}

tl::expected<void, AssertionRefused> check_own(const Principal& principal, const JsonWebToken& token,
                                               std::string_view tenant, Instant now) {
    const std::string algorithm = token.header_text("alg");
    const bool genuine = std::any_of(principal.certificates.begin(), principal.certificates.end(), [&](const VerifyingKey& key) {
        return key.fits(algorithm, token.signed_part, token.signature);
    });
    if (!genuine) {
        return refused("AADSTS700027", "The certificate with identifier used to sign the client assertion is not registered on application.");
    }
    if (!equals_ignoring_case(token.text("sub"), principal.client_id)) {
        return refused("AADSTS700021", "Client assertion application identifier doesn't match 'client_id' parameter.");
    }
    if (!token.meant_for([&](std::string_view audience) { return is_token_endpoint(audience, tenant); })) {
        return refused("AADSTS700023", "Client assertion audience claim does not match Realm issuer.");
    }
    if (!in_time(token, now)) return refused("AADSTS700024", "Client assertion is not within its valid time range.");
    return {};
}

bool signed_by(const FederatedCredential& credential, const JsonWebToken& token) {
    const std::string id = token.header_text("kid");
    const std::string algorithm = token.header_text("alg");
    return std::any_of(credential.keys.begin(), credential.keys.end(), [&](const FederatedCredential::Key& key) {
        const bool named = id.empty() || key.id.empty() || key.id == id;
        return named && key.key.fits(algorithm, token.signed_part, token.signature);
    });
}

tl::expected<void, AssertionRefused> check_federated(const Principal& principal, const JsonWebToken& token, Instant now) {
    const std::string issuer = token.text("iss");
    const std::string subject = token.text("sub");
    const auto names = [&](const FederatedCredential& each) { return each.issuer == issuer && each.subject == subject; };
    const auto credential = std::find_if(principal.federated.begin(), principal.federated.end(), names);
    if (credential == principal.federated.end()) {
        return refused("AADSTS700213", "No matching federated identity record found for presented assertion issuer '" + issuer +
                                           "' and subject '" + subject + "'.");
    }
    const auto fits = [&](std::string_view audience) {
        return std::find(credential->audiences.begin(), credential->audiences.end(), audience) != credential->audiences.end();
    };
    if (!token.meant_for(fits)) {
        return refused("AADSTS700212", "No matching federated identity record found for presented assertion audience.");
    }
    if (!signed_by(*credential, token)) return refused("AADSTS5000813", "Unable to verify token signature. The signing key identifier does not match any valid registered keys.");
    if (!in_time(token, now)) return refused("AADSTS700024", "Client assertion is not within its valid time range.");
    return {};
}

}  // namespace

tl::expected<void, AssertionRefused> check_client_assertion(const Principal& principal, std::string_view assertion,
                                                            std::string_view tenant, Instant wall_now) {
    const auto token = JsonWebToken::parse(assertion);
    if (!token) return refused("AADSTS50027", "JWT token is invalid or malformed.");
    const bool own = equals_ignoring_case(token->text("iss"), principal.client_id);
    return own ? check_own(principal, *token, tenant, wall_now) : check_federated(principal, *token, wall_now);
}

}  // namespace lazulite
