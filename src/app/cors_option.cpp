#include "app/cors_option.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "service/cors_rule.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

constexpr std::uint32_t kHour = 3600;
constexpr auto kMethods = std::to_array<std::string_view>(
    {"DELETE", "GET", "HEAD", "MERGE", "OPTIONS", "PATCH", "POST", "PUT"});

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        if (end != 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

CorsOptions open_rule() {
    CorsOptions rule;
    rule.allowed_methods.assign(kMethods.begin(), kMethods.end());
    rule.allowed_headers = {"*"};
    rule.exposed_headers = {"*"};
    rule.max_age_seconds = kHour;
    return rule;
}

std::vector<std::string>* list_of(CorsOptions& rule, std::string_view field) {
    if (field == "allowedOrigins") return &rule.allowed_origins;
    if (field == "allowedMethods") return &rule.allowed_methods;
    if (field == "allowedHeaders") return &rule.allowed_headers;
    if (field == "exposedHeaders") return &rule.exposed_headers;
    return nullptr;
}

bool set_age(CorsOptions& rule, std::string_view text) {
    const auto seconds = parse_number<std::uint32_t>(text);
    if (seconds) rule.max_age_seconds = *seconds;
    return seconds.has_value();
}

bool sound(const CorsOptions& rule) {
    const bool methods =
        std::all_of(rule.allowed_methods.begin(), rule.allowed_methods.end(), [](const std::string& method) {
            return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
        });
    return methods && !rule.allowed_origins.empty() && !rule.allowed_methods.empty();
}

std::optional<CorsOptions> parse_rule(std::string_view text) {
    CorsOptions rule = open_rule();
    for (const std::string& part : split(text, ';')) {
        const std::size_t equals = part.find('=');
        const std::string_view field =
            equals == std::string::npos ? "allowedOrigins" : std::string_view(part).substr(0, equals);
        const std::string_view value = equals == std::string::npos ? part : std::string_view(part).substr(equals + 1);
        if (auto* const list = list_of(rule, field))
            *list = split(value, ',');
        else if (field != "maxAgeInSeconds" || !set_age(rule, value))
            return std::nullopt;
    }
    if (!sound(rule)) return std::nullopt;
    return rule;
}

std::optional<CorsOptions> read_rule(const json& value) {
    if (!value.is_object()) return std::nullopt;
    CorsOptions rule = open_rule();
    for (const auto& [field, content] : value.items()) {
        auto* const list = list_of(rule, field);
        if (list != nullptr && content.is_array()) {
            list->clear();
            for (const json& text : content) {
                if (!text.is_string()) return std::nullopt;
                list->push_back(text.get<std::string>());
            }
        } else if (field != "maxAgeInSeconds" || !set_age(rule, content.dump())) {
            return std::nullopt;
        }
    }
    if (!sound(rule)) return std::nullopt;
    return rule;
}

template <class Parts, class Part>
std::optional<std::vector<CorsOptions>> rules_of(const Parts& parts, std::optional<CorsOptions> (*rule_of)(Part)) {
    std::vector<CorsOptions> rules;
    for (const auto& part : parts) {
        auto rule = rule_of(part);
        if (!rule) return std::nullopt;
        rules.push_back(*std::move(rule));
    }
    if (rules.size() > kMostCorsRules) return std::nullopt;
    return rules;
}

}  // namespace

std::optional<std::vector<CorsOptions>> parse_cors(std::string_view text) {
    return rules_of(split(text, ' '), parse_rule);
}

std::optional<std::vector<CorsOptions>> read_cors(const json& value) {
    if (value.is_string()) return parse_cors(value.get_ref<const std::string&>());
    if (!value.is_array()) return std::nullopt;
    return rules_of(value, read_rule);
}

}  // namespace lazulite
