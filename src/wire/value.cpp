#include "wire/value.hpp"

#include <cstring>

#include "wire/date.hpp"

namespace lazulite {

bool parse_value(std::string_view text, std::string& value) {
    value = text;
    return true;
}

bool parse_value(std::string_view text, bool& value) {
    value = equals_ignoring_case(text, "true");
    return value || equals_ignoring_case(text, "false");
}

bool parse_value(std::string_view text, Instant& value) {
    const auto parsed = parse_rfc1123(text);
    if (parsed) value = *parsed;
    return parsed.has_value();
}

bool parse_value(std::string_view text, Md5Digest& value) {
    const auto bytes = base64_decode(text);
    if (!bytes || bytes->size() != value.size()) return false;
    std::memcpy(value.data(), bytes->data(), value.size());
    return true;
}

bool parse_value(std::string_view text, Crc64Value& value) {
    const auto bytes = base64_decode(text);
    if (!bytes || bytes->size() != sizeof value.value) return false;
    value.value = 0;
    for (std::size_t i = 8; i > 0; --i) value.value = value.value << 8 | static_cast<unsigned char>((*bytes)[i - 1]);
    return true;
}

bool parse_value(std::string_view text, std::vector<std::string>& value) {
    value.clear();
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        if (const std::string_view item = trim(text.substr(0, comma)); !item.empty()) value.emplace_back(item);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    }
    return true;
}

void append_value(std::string& to, std::string_view value) {
    to += value;
}

char* put_value(char* to, const Instant& value) {
    static_assert(kRfc1123Length <= kShortValue);
    return put_rfc1123(to, value);
}

void append_value(std::string& to, const Md5Digest& value) {
    to += base64_encode(value);
}

void append_value(std::string& to, const Crc64Value& value) {
    std::array<std::byte, 8> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(value.value >> (8 * i));
    to += base64_encode(bytes);
}

void append_value(std::string& to, const std::vector<std::string>& value) {
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i != 0) to += ',';
        to += value[i];
    }
}

}  // namespace lazulite
