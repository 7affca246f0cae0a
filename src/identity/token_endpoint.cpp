#include "identity/token_endpoint.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "auth/json_web_token.hpp"
#include "base/ids.hpp"
#include "base/text.hpp"
#include "identity/client_assertion.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::chrono::seconds kOfMachines{24 * 3600};  // how long a token of a managed identity lasts
constexpr std::chrono::seconds kOfClients{3599};
constexpr std::string_view kDefaultScope = "/.default";
constexpr std::string_view kJwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

Response json_response(int status, const json& value) {
    Response response;
    response.status = status;
    response.fields.add("Content-Type", "application/json; charset=utf-8");
    response.fields.add("Cache-Control", "no-store");
    response.set_body(value.dump());
    return response;
}

// -- managed identities -------------------------------------------------------------------------------------------------

/// The identity that a program names, or the one that it gets without a name; null: no such one.
const Principal* managed(const IdentitySettings& settings, const Query& query) {
    const auto named = [&](std::string_view parameter) { return query.value_or_empty(parameter); };
    const Principal* found = nullptr;
    if (const auto id = named("client_id"); !id.empty()) {
        found = settings.by_client_id(id);
    } else if (const auto object = named(query.has("object_id") ? "object_id" : "principal_id"); !object.empty()) {
        found = settings.by_object_id(object);
    } else {
        // A resource id ends with the identity's name.
        const std::string_view resource = named(query.has("mi_res_id") ? "mi_res_id" : "msi_res_id");
        const std::string_view name = resource.substr(resource.rfind('/') + 1);
        const auto at = std::find_if(settings.principals.begin(), settings.principals.end(), [&](const Principal& each) {
            return each.managed_identity && (resource.empty() || equals_ignoring_case(each.name, name));
        });
        return at == settings.principals.end() ? nullptr : &*at;
    }
    return found && found->managed_identity ? found : nullptr;
}

json token_of_machine(const Authority& authority, const Principal& principal, std::string_view resource, Instant now) {
    const auto expires = unix_seconds(now) + kOfMachines.count();
    return {{"access_token", authority.issue({principal, resource, issuer_v1(authority.settings().tenant), kOfMachines}, now)},
            {"client_id", principal.client_id},
            {"expires_on", std::to_string(expires)},
            {"resource", resource},
            {"token_type", "Bearer"}};
}

Response app_service(const Authority& authority, const TokenRequest& request, Instant now) {
    const auto refuse = [](int status, std::string_view text) {
        return json_response(status, {{"statusCode", status}, {"message", text}, {"correlationId", Guid::fast().text()}});
    };
    if (request.method != Method::get) return refuse(405, "Only GET is offered here.");
    if (request.fields.value_or_empty("X-IDENTITY-HEADER") != authority.settings().identity_header) {
        return refuse(401, "The header X-IDENTITY-HEADER is not what IDENTITY_HEADER holds.");
    }
    if (request.query.value_or_empty("api-version") != "2019-08-01") return refuse(400, "api-version is 2019-08-01.");
    const std::string_view resource = request.query.value_or_empty("resource");
    if (resource.empty()) return refuse(400, "resource is missing.");
    const Principal* const principal = managed(authority.settings(), request.query);
    if (!principal) return refuse(400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.");
    return json_response(200, token_of_machine(authority, *principal, resource, now));
}

Response instance_metadata(const Authority& authority, const TokenRequest& request, Instant now) {
    const auto refuse = [](int status, std::string_view code, std::string_view text) {
        return json_response(status, {{"error", code}, {"error_description", text}});
    };
    if (request.method != Method::get) return refuse(405, "invalid_request", "Method not allowed");
    if (!equals_ignoring_case(request.fields.value_or_empty("Metadata"), "true")) {
        return refuse(400, "invalid_request", "Required metadata header not specified");
    }
    if (request.fields.has("X-Forwarded-For")) return refuse(403, "invalid_request", "Forwarded requests are not allowed");
    if (request.query.value_or_empty("api-version").empty()) {
        return refuse(400, "invalid_request", "Required query variable 'api-version' is missing");
    }
    const std::string_view resource = request.query.value_or_empty("resource");
    if (resource.empty()) return refuse(400, "invalid_request", "Required query variable 'resource' is missing");
    const Principal* const principal = managed(authority.settings(), request.query);
    if (!principal) return refuse(400, "invalid_request", "Identity not found");
    json answer = token_of_machine(authority, *principal, resource, now);
    answer["expires_in"] = std::to_string(kOfMachines.count());
    answer["ext_expires_in"] = answer["expires_in"];
    answer["not_before"] = std::to_string(unix_seconds(now));
    return json_response(200, answer);
}

// -- client credentials -------------------------------------------------------------------------------------------------

struct Refusal {
    int status;
    std::string_view error;  ///< of OAuth 2.0
    std::string_view code;   ///< "AADSTS7000215"
    std::string text;
};

Response refused(const Refusal& why, Instant now) {
    const std::string trace = Guid::fast().text();
    const std::string correlation = Guid::fast().text();
    const std::string time = format_iso8601(now);
    const auto number = parse_number<std::int64_t>(why.code.substr(std::string_view("AADSTS").size()));
    return json_response(why.status, {{"error", why.error},
                                      {"error_description", std::string(why.code) + ": " + why.text + " Trace ID: " + trace +
                                                                " Correlation ID: " + correlation + " Timestamp: " + time},
                                      {"error_codes", {number.value_or(0)}},
                                      {"timestamp", time},
                                      {"trace_id", trace},
                                      {"correlation_id", correlation}});
}

bool is_secret(const Principal& principal, std::string_view given) {
    return std::any_of(principal.secrets.begin(), principal.secrets.end(), [&](const std::string& secret) {
        return equal_in_constant_time(sha256(as_bytes(secret)), sha256(as_bytes(given)));
    });
}

tl::expected<void, Refusal> check_client(const Principal& principal, const Query& form, std::string_view tenant, Instant now) {
    if (form.has("client_assertion")) {
        if (form.value_or_empty("client_assertion_type") != kJwtBearer) {
            return tl::unexpected(Refusal{400, "invalid_request", "AADSTS90014", "client_assertion_type is " + std::string(kJwtBearer) + "."});
        }
        const auto proven = check_client_assertion(principal, form.value_or_empty("client_assertion"), tenant, now);
        if (!proven) return tl::unexpected(Refusal{401, "invalid_client", proven.error().code, proven.error().text});
        return {};
    }
    if (!form.has("client_secret")) {
        return tl::unexpected(Refusal{401, "invalid_client", "AADSTS7000216",
                                      "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."});
    }
    if (!is_secret(principal, form.value_or_empty("client_secret"))) {
        return tl::unexpected(Refusal{401, "invalid_client", "AADSTS7000215", "Invalid client secret provided."});
    }
    return {};
}

/// `https://storage.azure.com/.default` -> `https://storage.azure.com`. A scope may come beside those of OpenID.
tl::expected<std::string, Refusal> audience_of(const Query& form, bool second) {
    if (!second) {
        const std::string_view resource = form.value_or_empty("resource");
        if (!resource.empty()) return std::string(resource);
        return tl::unexpected(Refusal{400, "invalid_request", "AADSTS900144", "The request body must contain the following parameter: 'resource'."});
    }
    std::string_view scopes = form.value_or_empty("scope");
    if (scopes.empty()) {
        return tl::unexpected(Refusal{400, "invalid_request", "AADSTS900144", "The request body must contain the following parameter: 'scope'."});
    }
    while (!scopes.empty()) {
        const std::size_t end = std::min(scopes.find(' '), scopes.size());
        std::string_view scope = scopes.substr(0, end);
        scopes.remove_prefix(std::min(end + 1, scopes.size()));
        if (!scope.ends_with(kDefaultScope)) continue;
        scope.remove_suffix(kDefaultScope.size());
        if (!scope.empty()) return std::string(scope);
    }
    return tl::unexpected(Refusal{400, "invalid_scope", "AADSTS1002012",
                                  "The provided value for scope " + std::string(form.value_or_empty("scope")) +
                                      " is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."});
}

Response client_credentials(const Authority& authority, const TokenRequest& request, bool second, Instant now) {
    if (request.method != Method::post) return refused({405, "invalid_request", "AADSTS900561", "The endpoint only accepts POST requests."}, now);
    const auto form = Query::parse(request.form);
    if (!form) return refused({400, "invalid_request", "AADSTS90013", "The body is no form."}, now);
    const std::string_view grant = form->value_or_empty("grant_type");
    if (grant.empty()) return refused({400, "invalid_request", "AADSTS900144", "The request body must contain the following parameter: 'grant_type'."}, now);
    if (grant != "client_credentials") {
        return refused({400, "unsupported_grant_type", "AADSTS70003", "The app requested an unsupported grant type '" + std::string(grant) + "'."}, now);
    }
    const std::string_view id = form->value_or_empty("client_id");
    const Principal* const principal = authority.settings().by_client_id(id);
    if (!principal) {
        return refused({400, "unauthorized_client", "AADSTS700016", "Application with identifier '" + std::string(id) +
                            "' was not found in the directory '" + authority.settings().tenant + "'."}, now);
    }
    if (const auto known = check_client(*principal, *form, authority.settings().tenant, now); !known) return refused(known.error(), now);
    const auto audience = audience_of(*form, second);
    if (!audience) return refused(audience.error(), now);
    const std::string& tenant = authority.settings().tenant;
    json answer = {{"token_type", "Bearer"},
                   {"expires_in", kOfClients.count()},
                   {"ext_expires_in", kOfClients.count()},
                   {"access_token", authority.issue({*principal, *audience, second ? issuer_v2(request.base, tenant) : issuer_v1(tenant), kOfClients}, now)}};
    if (!second) {
        answer["resource"] = *audience;
        answer["expires_in"] = std::to_string(kOfClients.count());
        answer["expires_on"] = std::to_string(unix_seconds(now) + kOfClients.count());
    }
    return json_response(200, answer);
}

// -- discovery ----------------------------------------------------------------------------------------------------------

Response openid_configuration(const Authority& authority, const TokenRequest& request, bool second) {
    const std::string& tenant = authority.settings().tenant;
    const std::string begin = request.base + "/" + tenant;
    const std::string middle = second ? "/v2.0" : "";
    return json_response(200, {{"issuer", second ? issuer_v2(request.base, tenant) : issuer_v1(tenant)},
                               {"authorization_endpoint", begin + "/oauth2" + middle + "/authorize"},
                               {"token_endpoint", begin + "/oauth2" + middle + "/token"},
                               {"jwks_uri", begin + "/discovery" + middle + "/keys"},
                               {"token_endpoint_auth_methods_supported", {"client_secret_post", "private_key_jwt"}},
                               {"grant_types_supported", {"client_credentials"}},
                               {"response_types_supported", {"token"}},
                               {"subject_types_supported", {"pairwise"}},
                               {"id_token_signing_alg_values_supported", {"RS256"}}});
}

/// The rest of a path below the tenant; nothing where it is another.
std::optional<std::string_view> below_tenant(std::string_view path, std::string_view tenant) {
    if (path.size() <= tenant.size() + 2 || path.front() != '/' || path[tenant.size() + 1] != '/' ||
        !equals_ignoring_case(path.substr(1, tenant.size()), tenant)) {
        return std::nullopt;
    }
    return path.substr(tenant.size() + 2);
}

/// MSAL for JavaScript ends the instance metadata service's path so.
std::string_view without_slash(std::string_view path) {
    if (path.ends_with('/')) path.remove_suffix(1);
    return path;
}

}  // namespace

bool is_identity_path(std::string_view path, std::string_view tenant) {
    return without_slash(path) == kInstanceMetadataPath || below_tenant(path, tenant).has_value();
}

Response answer_token_request(const Authority& authority, const TokenRequest& request, Instant wall_now) {
    if (request.path == kManagedIdentityPath) return app_service(authority, request, wall_now);
    if (without_slash(request.path) == kInstanceMetadataPath) return instance_metadata(authority, request, wall_now);
    const std::string_view rest = below_tenant(request.path, authority.settings().tenant).value_or(std::string_view{});
    if (rest == "oauth2/v2.0/token") return client_credentials(authority, request, true, wall_now);
    if (rest == "oauth2/token") return client_credentials(authority, request, false, wall_now);
    const bool get = request.method == Method::get || request.method == Method::head;
    if (get && rest == "v2.0/.well-known/openid-configuration") return openid_configuration(authority, request, true);
    if (get && rest == ".well-known/openid-configuration") return openid_configuration(authority, request, false);
    if (get && (rest == "discovery/v2.0/keys" || rest == "discovery/keys")) {
        return json_response(200, {{"keys", {authority.signing_key().jwk()}}});
    }
    return refused({404, "invalid_request", "AADSTS900561", "Nothing is offered at " + std::string(request.path) + "."}, wall_now);
}

}  // namespace lazulite
