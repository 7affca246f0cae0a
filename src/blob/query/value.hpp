#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "blob/query/timestamp.hpp"

namespace lazulite::blob::query {

struct Missing {};  ///< a JSON record has no such member
struct Null {};
struct Json {  ///< an object or an array, as JSON text
    std::string text;
};

/// What an expression comes to. Reference: "Query acceleration SQL language reference", data types.
using Value = std::variant<Missing, Null, bool, std::int64_t, double, std::string, Timestamp, Json>;

enum class Type : std::uint8_t { integer, real, text, timestamp, boolean };
[[nodiscard]] std::optional<Type> parse_type(std::string_view word);  ///< INT, FLOAT, STRING, ... in any letter case

[[nodiscard]] bool is_null(const Value& value);  ///< a missing one too

/// CAST; null stays null. Nothing where the value has no counterpart.
[[nodiscard]] std::optional<Value> convert(const Value& value, Type type);
/// As arithmetic takes it: an integer where the text is one, else a real number.
[[nodiscard]] std::optional<Value> to_number(const Value& value);
[[nodiscard]] double real_of(const Value& number);  ///< of an integer or a real

/// Compares two values that are not null. Where the types differ, one is converted: texts to what they meet, booleans
/// to numbers, numbers to points in time never. Nothing where that cannot be.
[[nodiscard]] std::optional<std::partial_ordering> compare(const Value& a, const Value& b);

/// As it stands in delimited text; nothing for null.
[[nodiscard]] std::string to_text(const Value& value);

}  // namespace lazulite::blob::query
