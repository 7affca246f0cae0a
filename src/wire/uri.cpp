#include "wire/uri.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace lazulite {
namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/// Writes at most as many characters as `text` has. Returns the end of what it wrote, or null for a malformed escape.
char* decode_escapes(std::string_view text, bool plus_is_space, char* to) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '%') {
            if (text.size() - i < 3) return nullptr;
            const int high = hex_value(text[i + 1]);
            const int low = hex_value(text[i + 2]);
            if (high < 0 || low < 0) return nullptr;
            c = static_cast<char>(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        *to++ = c;
    }
    return to;
}

constexpr auto kUnreserved = [] {
    std::array<bool, 256> unreserved{};
    for (std::size_t c = 0; c < unreserved.size(); ++c) {
        unreserved[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                        c == '.' || c == '_' || c == '~';
    }
    return unreserved;
}();

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
    std::string decoded(text.size(), '\0');
    const char* const end = decode_escapes(text, plus_is_space, decoded.data());
    if (end == nullptr) return std::nullopt;
    decoded.resize(static_cast<std::size_t>(end - decoded.data()));
    return decoded;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    const auto stays = [keep](char c) {
        return kUnreserved[static_cast<unsigned char>(c)] || keep.find(c) != std::string_view::npos;
    };
    std::string encoded;
    encoded.reserve(text.size());
    while (true) {
        const auto* const first = std::find_if_not(text.begin(), text.end(), stays);
        encoded.append(text.begin(), first);
        if (first == text.end()) return encoded;
        const auto c = static_cast<unsigned char>(*first);
        encoded += '%';
        encoded += kDigits[c >> 4];
        encoded += kDigits[c & 0x0F];
        text.remove_prefix(static_cast<std::size_t>(first - text.begin()) + 1);
    }
}

std::string without_signature(std::string_view query) {
    std::string kept;
    while (!query.empty()) {
        const std::size_t end = query.find('&');
        const std::string_view parameter = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        if (!kept.empty()) kept.push_back('&');
        const auto name = percent_decode(parameter.substr(0, parameter.find('=')), true);
        const bool secret = !name || equals_ignoring_case(*name, "sig");
        kept.append(secret ? std::string_view("sig=***") : parameter);
    }
    return kept;
}

std::optional<Query> Query::parse(std::string_view text) {
    Query query;
    if (text.empty()) return query;
    const auto decoded = std::make_shared_for_overwrite<char[]>(text.size());
    char* to = decoded.get();
    const auto add = [&to](std::string_view encoded, std::string_view& part) {
        char* const end = decode_escapes(encoded, true, to);
        if (end == nullptr) return false;
        part = {to, static_cast<std::size_t>(end - to)};
        to = end;
        return is_utf8(part);
    };
    query.text_ = decoded;
    query.parameters_.reserve(8);
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        const std::size_t equals = pair.find('=');
        const std::string_view value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
        Parameter& parameter = query.parameters_.emplace_back();
        if (!add(pair.substr(0, equals), parameter.name) || !add(value, parameter.value)) return std::nullopt;
    }
    return query;
}

const std::string_view* Query::find(std::string_view name) const {
    for (const Parameter& parameter : parameters_) {
        if (equals_ignoring_case(parameter.name, name)) return &parameter.value;
    }
    return nullptr;
}

std::string_view Query::value_or_empty(std::string_view name) const {
    const std::string_view* const value = find(name);
    return value != nullptr ? *value : std::string_view{};
}

}  // namespace lazulite
