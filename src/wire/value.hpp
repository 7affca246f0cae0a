#pragma once

#include <array>
#include <charconv>
#include <compare>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/error_code.hpp"
#include "base/hash.hpp"
#include "base/names.hpp"
#include "base/text.hpp"
#include "base/text_writers.hpp"

namespace lazulite {

/// A CRC-64 as headers carry it: base64 of 8 bytes, little-endian.
struct Crc64Value {
    std::uint64_t value = 0;
    auto operator<=>(const Crc64Value&) const = default;
};

/// Bytes to be shown in base64; they outlive it.
struct Base64 {
    ByteView bytes;
};

/// A whole number, but neither bool nor a character.
template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

// parse_value(text, value): reads one header, query parameter or XML text; false, and value unspecified, when the text
// is not of that form. append_value(to, value): writes it. A type of your own joins with the same two functions beside
// it, an enum with `names_of` (base/names.hpp).

[[nodiscard]] bool parse_value(std::string_view text, std::string& value);
[[nodiscard]] bool parse_value(std::string_view text, bool& value);        ///< true or false, in any letter case
[[nodiscard]] bool parse_value(std::string_view text, Instant& value);     ///< RFC 1123
[[nodiscard]] bool parse_value(std::string_view text, Md5Digest& value);   ///< base64 of 16 bytes
[[nodiscard]] bool parse_value(std::string_view text, Crc64Value& value);  ///< base64 of 8 bytes
/// A comma list, written without blanks; read without those around an item and without empty items.
[[nodiscard]] bool parse_value(std::string_view text, std::vector<std::string>& value);

template <WholeNumber T>
[[nodiscard]] bool parse_value(std::string_view text, T& value) {
    const auto parsed = parse_number<T>(text);
    if (parsed) value = *parsed;
    return parsed.has_value();
}

template <HasNames Enum>
[[nodiscard]] bool parse_value(std::string_view text, Enum& value) {
    const auto found = value_of<Enum>(text);
    if (found) value = *found;
    return found.has_value();
}

// What is of ASCII and needs no escape anywhere is written where there is room: put_value(to, value) returns where it
// ends, at most most_bytes(value) behind `to`; nothing is written where that is 0.

inline constexpr std::size_t kShortValue = 32;
template <class T>
constexpr std::size_t most_bytes(const T& /*value*/) {
    return kShortValue;
}

char* put_value(char* to, const Instant& value);

inline std::size_t most_bytes(const Base64& value) { return base64_length(value.bytes.size()); }
inline char* put_value(char* to, const Base64& value) { return write_base64(to, value.bytes); }

template <std::same_as<bool> T>  // a plain `bool` would take every pointer
char* put_value(char* to, T value) {
    const std::string_view word = value ? "true" : "false";
    return to + word.copy(to, word.size());
}

template <WholeNumber T>
char* put_value(char* to, T value) {
    return std::to_chars(to, to + kShortValue, value).ptr;
}

template <HasNames Enum>
constexpr std::size_t most_bytes(const Enum& value) {
    return name_of(value).size();
}
template <HasNames Enum>
char* put_value(char* to, Enum value) {
    return to + name_of(value).copy(to, std::string_view::npos);
}

template <class T>
concept PlainValue = requires(char* to, const T& value) { put_value(to, value); };

template <PlainValue T>
void append_value(std::string& to, const T& value) {
    const std::size_t before = to.size();
    to.resize(before + most_bytes(value));
    to.resize(static_cast<std::size_t>(put_value(to.data() + before, value) - to.data()));
}

void append_value(std::string& to, std::string_view value);
void append_value(std::string& to, const Md5Digest& value);
void append_value(std::string& to, const Crc64Value& value);
void append_value(std::string& to, const std::vector<std::string>& value);

/// The error for a header whose text is not of the type's form.
template <class T>
inline constexpr ErrorCode kMalformedHeader = ErrorCode::invalid_header_value;
template <>
inline constexpr ErrorCode kMalformedHeader<Md5Digest> = ErrorCode::invalid_md5;
template <>
inline constexpr ErrorCode kMalformedHeader<Crc64Value> = ErrorCode::invalid_crc64;

/// What the Reason element says about such a text.
template <class T>
inline constexpr std::string_view kExpectedForm = "The value is not one of those allowed.";
template <WholeNumber T>
inline constexpr std::string_view kExpectedForm<T> = "The value is not a whole number in the permissible range.";
template <>
inline constexpr std::string_view kExpectedForm<bool> = "The value is neither true nor false.";
template <>
inline constexpr std::string_view kExpectedForm<Instant> = "The value is not a date in the form of RFC 1123.";
template <>
inline constexpr std::string_view kExpectedForm<Md5Digest> = "The value is not 16 bytes in base64.";
template <>
inline constexpr std::string_view kExpectedForm<Crc64Value> = "The value is not 8 bytes in base64.";

}  // namespace lazulite
