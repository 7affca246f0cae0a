#include "auth/bearer.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

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

std::string text_of(const json& claims, const char* name) {
    const auto at = claims.find(name);
    return at != claims.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// `aud` is a text or a list of them.
bool meant_for_us(const json& claims, std::string_view account) {
    const auto at = claims.find("aud");
    if (at == claims.end()) return false;
    if (!at->is_array()) return is_audience(text_of(claims, "aud"), account);
    return std::any_of(at->begin(), at->end(), [&](const json& each) {
        return each.is_string() && is_audience(each.get<std::string>(), account);
    });
}

/// Seconds since 1970.
std::optional<Instant> time_of(const json& claims, const char* name) {
    constexpr double kLatest = 253'402'300'799;  // the end of the year 9999
    const auto at = claims.find(name);
    if (at == claims.end() || !at->is_number()) return std::nullopt;
    const double seconds = at->get<double>();
    if (!(seconds >= 0) || seconds > kLatest) return std::nullopt;
    return Instant(std::chrono::duration_cast<Ticks>(std::chrono::seconds(static_cast<std::int64_t>(seconds))));
}

/// The middle of the three parts, which stand in base64 for URLs without padding. An object, or nothing.
std::optional<json> claims_of(std::string_view token) {
    const std::size_t first = token.find('.');
    const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    std::string middle(token.substr(first + 1, second - first - 1));
    std::replace(middle.begin(), middle.end(), '-', '+');
    std::replace(middle.begin(), middle.end(), '_', '/');
    middle.append((4 - middle.size() % 4) % 4, '=');
    const auto decoded = base64_decode(middle);
    if (!decoded) return std::nullopt;
    json claims = json::parse(*decoded, nullptr, false);
    if (!claims.is_object()) return std::nullopt;
    return claims;
}

tl::unexpected<StorageError> failed(std::string_view detail) {
    return fail(StorageError(ErrorCode::authentication_failed).with("AuthenticationErrorDetail", detail));
}

tl::unexpected<StorageError> bad_token(const BearerCheck& check, std::string_view detail) {
    if (check.version < kBearerChallenged) return failed(detail);
    return fail(StorageError(ErrorCode::invalid_bearer_token)
                    .with("AuthenticationErrorDetail", detail)
                    .with_header("WWW-Authenticate", kBearerChallenge));
}

}  // namespace

Result<BearerClaims> verify_bearer(const BearerCheck& check) {
    if (!check.secure) return failed("Authentication scheme Bearer is not supported over HTTP.");
    if (check.version < check.since) return failed("Authentication scheme Bearer is not supported in this version.");
    const auto claims = claims_of(check.token);
    if (!claims) return bad_token(check, "The token is not a well formed JSON web token.");
    if (!is_issuer(text_of(*claims, "iss"))) return bad_token(check, "Issuer validation failed. Issuer did not match.");
    if (!meant_for_us(*claims, check.account)) {
        return bad_token(check, "Audience validation failed. Audience did not match.");
    }
    const auto begins = time_of(*claims, "nbf");
    const auto ends = time_of(*claims, "exp");
    if (!ends || (!begins && claims->contains("nbf"))) {
        return bad_token(check, "Lifetime validation failed. The token has no expiration time.");
    }
    if (begins && check.wall_now < *begins) {
        return bad_token(check, "Lifetime validation failed. The token is not yet valid.");
    }
    if (check.wall_now >= *ends) return bad_token(check, "Lifetime validation failed. The token is expired.");
    return BearerClaims{text_of(*claims, "oid"), text_of(*claims, "tid")};
}

}  // namespace lazulite
