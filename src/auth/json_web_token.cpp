#include "auth/json_web_token.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

std::optional<json> object_of(std::string_view part) {
    const auto text = base64url_decode(part);
    if (!text) return std::nullopt;
    json object = json::parse(*text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    return object;
}

std::string text_of(const json& object, const char* name) {
    const auto at = object.find(name);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

}  // namespace

std::string base64url_encode(ByteView bytes) {
    std::string text = base64_encode(bytes);
    while (text.ends_with('=')) text.pop_back();
    std::replace(text.begin(), text.end(), '+', '-');
    std::replace(text.begin(), text.end(), '/', '_');
    return text;
}

std::optional<std::string> base64url_decode(std::string_view text) {
    if (text.find_first_of("+/") != std::string_view::npos) return std::nullopt;
    std::string standard(text.substr(0, text.find('=')));
    std::replace(standard.begin(), standard.end(), '-', '+');
    std::replace(standard.begin(), standard.end(), '_', '/');
    standard.append((4 - standard.size() % 4) % 4, '=');
    return base64_decode(standard);
}

std::optional<JsonWebToken> JsonWebToken::parse(std::string_view text) {
    const std::size_t first = text.find('.');
    const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
    if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return std::nullopt;
    auto claims = object_of(text.substr(first + 1, second - first - 1));
    if (!claims) return std::nullopt;
    return JsonWebToken{object_of(text.substr(0, first)).value_or(json::object()), *std::move(claims),
                        text.substr(0, second), base64url_decode(text.substr(second + 1)).value_or("")};
}

std::string JsonWebToken::text(const char* claim) const { return text_of(claims, claim); }

std::string JsonWebToken::header_text(const char* name) const { return text_of(header, name); }

std::optional<Instant> JsonWebToken::time(const char* claim) const {
    constexpr double kLatest = 253'402'300'799;  // the end of the year 9999
    const auto at = claims.find(claim);
    if (at == claims.end() || !at->is_number()) return std::nullopt;
    const double seconds = at->get<double>();
    if (!(seconds >= 0) || seconds > kLatest) return std::nullopt;
    return Instant(std::chrono::duration_cast<Ticks>(std::chrono::seconds(static_cast<std::int64_t>(seconds))));
}

std::string signed_part_of(const json& header, const json& claims) {
    return base64url_encode(as_bytes(header.dump())) + "." + base64url_encode(as_bytes(claims.dump()));
}

}  // namespace lazulite
