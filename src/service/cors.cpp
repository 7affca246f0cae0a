#include "service/cors.hpp"

#include <algorithm>
#include <string>

#include "base/text.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kAnyOrigin = "*";

bool allows_origin(std::string_view allowed, std::string_view origin) {
    if (allowed == kAnyOrigin) return true;
    const std::size_t star = allowed.find('*');
    if (star == std::string_view::npos) return allowed == origin;
    const std::string_view before = allowed.substr(0, star);
    const std::string_view after = allowed.substr(star + 1);
    return origin.size() > before.size() + after.size() && origin.starts_with(before) && origin.ends_with(after);
}

bool names_header(std::string_view allowed, std::string_view header) {
    if (allowed.ends_with('*')) return starts_with_ignoring_case(header, allowed.substr(0, allowed.size() - 1));
    return equals_ignoring_case(allowed, header);
}

bool names_header(const std::vector<std::string>& list, std::string_view header) {
    return std::any_of(list.begin(), list.end(),
                       [&](const std::string& allowed) { return names_header(allowed, header); });
}

bool allows_all(const CorsRule& rule, std::string_view asked) {
    while (!asked.empty()) {
        const std::size_t comma = asked.find(',');
        const std::string_view header = trim(asked.substr(0, comma));
        if (!header.empty() && !names_header(rule.allowed_headers, header)) return false;
        asked.remove_prefix(comma == std::string_view::npos ? asked.size() : comma + 1);
    }
    return true;
}

bool for_every_origin(const CorsRule& rule) {
    return std::find(rule.allowed_origins.begin(), rule.allowed_origins.end(), kAnyOrigin) !=
           rule.allowed_origins.end();
}

/// Those fields of the answer that the rule exposes; the length is written by the connection.
std::string exposed_fields(const CorsRule& rule, const Fields& fields) {
    std::string list;
    const auto add = [&](std::string_view name) {
        if (names_header(rule.exposed_headers, name)) list.append(list.empty() ? "" : ",").append(name);
    };
    fields.each_name(add);
    add("Content-Length");
    return list;
}

}  // namespace

const CorsRule* find_cors_rule(std::span<const CorsRule> rules, std::string_view origin, std::string_view method) {
    const auto fits = [&](const CorsRule& rule) {
        const auto& origins = rule.allowed_origins;
        const bool here = origin.empty() ? for_every_origin(rule)
                                         : std::any_of(origins.begin(), origins.end(), [&](const std::string& allowed) {
                                               return allows_origin(allowed, origin);
                                           });
        return here && std::find(rule.allowed_methods.begin(), rule.allowed_methods.end(), method) !=
                           rule.allowed_methods.end();
    };
    const auto rule = std::find_if(rules.begin(), rules.end(), fits);
    return rule == rules.end() ? nullptr : &*rule;
}

Result<Response> answer_preflight(std::span<const CorsRule> rules, const FieldViews& fields) {
    for (const std::string_view name : {"Origin", "Access-Control-Request-Method"}) {
        if (!fields.value_or_empty(name).empty()) continue;
        return fail(StorageError(ErrorCode::invalid_header_value)
                        .saying("A required CORS header is not present.")
                        .with("HeaderName", name)
                        .with("HeaderValue", ""));
    }
    const std::string_view origin = fields.value_or_empty("Origin");
    const std::string_view method = fields.value_or_empty("Access-Control-Request-Method");
    const std::string_view headers = fields.value_or_empty("Access-Control-Request-Headers");
    const CorsRule* const rule = find_cors_rule(rules, origin, method);
    if (!rule || !allows_all(*rule, headers)) return fail(ErrorCode::cors_preflight_failure);
    Response response;
    response.fields.add("Access-Control-Allow-Origin", origin);
    response.fields.add("Access-Control-Allow-Methods", method);
    if (!headers.empty()) response.fields.add("Access-Control-Allow-Headers", headers);
    response.fields.add("Access-Control-Max-Age", std::to_string(rule->max_age_seconds));
    response.fields.add("Access-Control-Allow-Credentials", "true");
    return response;
}

void add_cors_headers(Response& response, std::span<const CorsRule> rules, const Request& request) {
    if (rules.empty() || request.method == Method::options) return;
    const bool cached = request.method == Method::get || request.method == Method::head;
    const std::string_view origin = request.fields.value_or_empty("Origin");
    if (origin.empty() && !cached) return;
    const CorsRule* const rule = find_cors_rule(rules, origin, to_string(request.method));
    const bool every_origin = rule && for_every_origin(*rule);
    if (rule) {
        const std::string names = exposed_fields(*rule, response.fields);
        response.fields.add("Access-Control-Allow-Origin", every_origin ? kAnyOrigin : origin);
        if (!names.empty()) response.fields.add("Access-Control-Expose-Headers", names);
        if (!every_origin) response.fields.add("Access-Control-Allow-Credentials", "true");
    }
    if (cached && !every_origin) response.fields.add("Vary", "Origin");
}

}  // namespace lazulite
