#pragma once

#include <optional>
#include <string>
#include <string_view>

// Texts in UTF-8, by characters; a byte that is part of none counts as one.

namespace lazulite::blob::query {

[[nodiscard]] std::size_t character_count(std::string_view text);
/// `count` characters from the one at `start` on, which begins at 0; what lies outside the text is left out.
[[nodiscard]] std::string_view substring(std::string_view text, std::int64_t start, std::int64_t count);
/// Latin (up to Extended-A), Greek and Cyrillic letters.
[[nodiscard]] std::string to_case(std::string_view text, bool upper);
/// Without the characters of a set at one end or both.
[[nodiscard]] std::string_view trimmed(std::string_view text, std::string_view characters, bool front, bool back);
/// LIKE: `%` is any text, `_` any character; the one behind `escape` is itself. Takes no longer than both lengths'
/// product.
[[nodiscard]] bool is_like(std::string_view text, std::string_view pattern, std::string_view escape);

}  // namespace lazulite::blob::query
