#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/hash.hpp"

namespace lazulite {

/// Base64 (RFC 4648, with padding). Decoding is strict: wrong alphabet, wrong padding or trailing bits give nothing.
[[nodiscard]] std::string base64_encode(ByteView bytes);
[[nodiscard]] std::optional<std::string> base64_decode(std::string_view text);
/// For texts that were never meant to be strict: both alphabets; other characters are skipped, `=` ends the text, a last
/// character that makes no byte is dropped.
[[nodiscard]] std::string base64_decode_leniently(std::string_view text);

[[nodiscard]] constexpr char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] inline bool equals_ignoring_case(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;  // most names that are looked for differ here already
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] != b[i] && ascii_lower(a[i]) != ascii_lower(b[i])) return false;
    }
    return true;
}
[[nodiscard]] bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
[[nodiscard]] std::string_view trim(std::string_view text);  ///< blanks and tabs at both ends

/// Whole text or nothing: no sign unless T is signed, no blanks.
template <class T>
[[nodiscard]] std::optional<T> parse_number(std::string_view text) {
    T value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// True for well-formed UTF-8 (no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view text);
/// Length (1 to 4) of the well-formed UTF-8 sequence that starts at `at`, which lies inside the text; 0 when none does.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text, std::size_t at);
/// Number of UTF-16 units of a well-formed UTF-8 text: Azure counts characters of names this way.
[[nodiscard]] std::size_t utf16_length(std::string_view text);

}  // namespace lazulite
