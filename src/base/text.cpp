#include "base/text.hpp"

#include <array>
#include <cstring>

#include "base/text_writers.hpp"

namespace lazulite {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNotBase64 = 0xFF;
constexpr auto kValues = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNotBase64);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
        values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}();

std::uint32_t value_of(char c) {
    return kValues[static_cast<unsigned char>(c)];
}

}  // namespace

char* write_base64(char* to, ByteView bytes) {
    const auto write = [&to](std::uint32_t group, std::size_t count) {
        to[0] = kAlphabet[group >> 18];
        to[1] = kAlphabet[group >> 12 & 63];
        to[2] = count > 1 ? kAlphabet[group >> 6 & 63] : '=';
        to[3] = count > 2 ? kAlphabet[group & 63] : '=';
        to += 4;
    };
    const auto at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(bytes[i]); };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) write(at(i) << 16 | at(i + 1) << 8 | at(i + 2), 3);
    if (i + 2 == bytes.size()) write(at(i) << 16 | at(i + 1) << 8, 2);
    if (i + 1 == bytes.size()) write(at(i) << 16, 1);
    return to;
}

std::string base64_encode(ByteView bytes) {
    std::string text(base64_length(bytes.size()), '\0');
    write_base64(text.data(), bytes);
    return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    if (text.empty()) return std::string{};
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes(text.size() / 4 * 3, '\0');
    char* to = bytes.data();
    std::uint32_t seen = 0;
    const auto write = [&](std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
        seen |= a | b | c | d;
        const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
        to[0] = static_cast<char>(group >> 16 & 0xFF);
        to[1] = static_cast<char>(group >> 8 & 0xFF);
        to[2] = static_cast<char>(group & 0xFF);
        to += 3;
    };
    const char* from = text.data();
    for (const char* const last = from + text.size() - 4; from != last; from += 4) {
        write(value_of(from[0]), value_of(from[1]), value_of(from[2]), value_of(from[3]));
    }
    write(value_of(from[0]), value_of(from[1]), padding == 2 ? 0 : value_of(from[2]),
          padding != 0 ? 0 : value_of(from[3]));
    if (seen > 63) return std::nullopt;  // kNotBase64 among them
    // Padding stands for bytes that are not there, so their bits must not be set either.
    for (std::size_t i = 0; i < padding; ++i) {
        if (bytes.back() != '\0') return std::nullopt;
        bytes.pop_back();
    }
    return bytes;
}

std::string base64_decode_leniently(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;  // bits that make no byte yet
    for (const char c : text.substr(0, text.find('='))) {
        const std::uint32_t value = value_of(c == '-' ? '+' : c == '_' ? '/' : c);
        if (value == kNotBase64) continue;
        bits = bits << 6 | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xFF);
    }
    return bytes;
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = ascii_lower(c);
    return lower;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && equals_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
    const auto blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

namespace {

/// Length of the beginning that holds no byte of a longer sequence, eight bytes at a time.
std::size_t ascii_prefix(std::string_view text) {
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & kHighBits) != 0) return at;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
    return at;
}

}  // namespace

std::size_t utf8_sequence_length(std::string_view text, std::size_t at) {  // ranges: Unicode, table 3-7
    const auto byte = [&](std::size_t i) -> unsigned {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned lead = byte(0);
    const unsigned second = byte(1);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned lowest = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned highest = lead == 0xED ? 0x9F : 0xBF;
        return second >= lowest && second <= highest && continues(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned lowest = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned highest = lead == 0xF4 ? 0x8F : 0xBF;
        return second >= lowest && second <= highest && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = ascii_prefix(text); at < text.size();) {
        const std::size_t length = utf8_sequence_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

std::size_t utf16_length(std::string_view text) {
    std::size_t units = ascii_prefix(text);
    for (const char c : text.substr(units)) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0) != 0x80) ++units;  // every sequence counts once, by its first byte
        if (byte >= 0xF0) ++units;           // four bytes make a surrogate pair
    }
    return units;
}

}  // namespace lazulite
