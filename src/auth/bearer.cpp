#include "auth/bearer.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "auth/json_web_token.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

/// Who issues tokens, in the public cloud and the sovereign ones; the tenant follows.
constexpr auto kIssuers = std::to_array<std::string_view>({
    "https://sts.windows.net/",
    "https://login.microsoftonline.com/",
    "https://sts.chinacloudapi.cn/",
    "https://login.chinacloudapi.cn/",
    "https://login.partner.microsoftonline.cn/",
    "https://login.microsoftonline.us/",
    "https://sts.microsoftonline.de/",
    "https://login.microsoftonline.de/",
});

/// Whom tokens for every account are meant for: the service by its name and by its application id.
constexpr auto kAudiences = std::to_array<std::string_view>({
    "https://storage.azure.com",
    "e406a681-f3d4-42a8-90b6-c2b029497af1",
});

/// Those for one account name its endpoint: `https://account.blob.core.windows.net`.
constexpr auto kServices = std::to_array<std::string_view>({"blob", "queue", "table", "file", "dfs"});
constexpr auto kSuffixes = std::to_array<std::string_view>(
    {"core.windows.net", "core.chinacloudapi.cn", "core.usgovcloudapi.net", "core.cloudapi.de"});

bool is_issuer(std::string_view issuer) {
    return std::any_of(kIssuers.begin(), kIssuers.end(), [&](std::string_view known) {
        return issuer.starts_with(known) && issuer.size() > known.size();
    });
}

bool is_audience(std::string_view audience, std::string_view account) {
    if (audience.ends_with('/')) audience.remove_suffix(1);
    if (std::find(kAudiences.begin(), kAudiences.end(), audience) != kAudiences.end()) return true;
    const std::string begin = "https://" + std::string(account) + ".";
    if (!audience.starts_with(begin)) return false;
    const std::string_view rest = audience.substr(begin.size());
    const std::size_t dot = rest.find('.');
    return dot != std::string_view::npos &&
           std::find(kServices.begin(), kServices.end(), rest.substr(0, dot)) != kServices.end() &&
           std::find(kSuffixes.begin(), kSuffixes.end(), rest.substr(dot + 1)) != kSuffixes.end();
}

tl::unexpected<StorageError> failed(const BearerCheck& check, Rule rule, std::string_view detail) {
    note(check.why, rule);
    return fail(StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", detail));
}

tl::unexpected<StorageError> bad_token(const BearerCheck& check, Rule rule, std::string_view detail) {
    note(check.why, rule);
    if (check.version < kBearerChallenged) return failed(check, rule, detail);
    return fail(StorageError(ErrorCode::invalid_bearer_token).with("AuthenticationErrorDetail", detail));
}

constexpr std::string_view kSts = "https://sts.windows.net/";

bool is_our_issuer(std::string_view issuer, std::string_view tenant) {
    return issuer == issuer_v1(tenant) || (issuer.starts_with("http") && issuer.ends_with(issuer_v2("", tenant)));
}

Result<> check_ours(const BearerCheck& check, const JsonWebToken& token) {
    if (!check.trust.key->fits(token.header_text("alg"), token.signed_part, token.signature)) {
        return bad_token(check, Rule::signature, "Signature validation failed. The signature does not belong to the token.");
    }
    if (!is_our_issuer(token.text("iss"), check.trust.tenant)) {
        return bad_token(check, Rule::token, "Issuer validation failed. Issuer did not match.");
    }
    if (token.text("tid") != check.trust.tenant) return bad_token(check, Rule::token, "Tenant validation failed. Tenant did not match.");
    return {};
}

Result<> check_foreign(const BearerCheck& check, const JsonWebToken& token) {
    const std::string issuer = token.text("iss");
    if (check.trust.key && is_our_issuer(issuer, check.trust.tenant)) {
        return bad_token(check, Rule::signature, "Signature validation failed. The key that the token is signed with is not known.");
    }
    if (!check.trust.others || !is_issuer(issuer)) return bad_token(check, Rule::token, "Issuer validation failed. Issuer did not match.");
    return {};
}

Result<> check_lifetime(const BearerCheck& check, const JsonWebToken& token) {
    const auto begins = token.time("nbf");
    const auto ends = token.time("exp");
    if (!ends || (!begins && token.claims.contains("nbf"))) {
        return bad_token(check, Rule::time, "Lifetime validation failed. The token has no expiration time.");
    }
    if (begins && check.wall_now < *begins) {
        return bad_token(check, Rule::time, "Lifetime validation failed. The token is not yet valid.");
    }
    if (check.wall_now >= *ends) return bad_token(check, Rule::time, "Lifetime validation failed. The token is expired.");
    return {};
}

}  // namespace

std::string issuer_v1(std::string_view tenant) { return std::string(kSts) + std::string(tenant) + "/"; }

std::string issuer_v2(std::string_view base, std::string_view tenant) {
    return std::string(base) + "/" + std::string(tenant) + "/v2.0";
}

std::string bearer_challenge(std::string_view authority) {
    return "Bearer authorization_uri=" + std::string(authority) + "/oauth2/authorize resource_id=https://storage.azure.com";
}

Result<BearerClaims> verify_bearer(const BearerCheck& check) {
    if (!check.secure) return failed(check, Rule::protocol, "Authentication scheme Bearer is not supported over HTTP.");
    if (check.version < check.since) return failed(check, Rule::version, "Authentication scheme Bearer is not supported in this version.");
    const auto token = JsonWebToken::parse(check.token);
    if (!token) return bad_token(check, Rule::malformed, "The token is not a well formed JSON web token.");
    const bool ours = check.trust.key && token->header_text("kid") == check.trust.key_id;
    LAZ_CHECK(ours ? check_ours(check, *token) : check_foreign(check, *token));
    if (!token->meant_for([&](std::string_view audience) { return is_audience(audience, check.account); })) {
        return bad_token(check, Rule::token, "Audience validation failed. Audience did not match.");
    }
    LAZ_CHECK(check_lifetime(check, *token));
    return BearerClaims{token->text("oid"), token->text("tid"), ours};
}

}  // namespace lazulite
