#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazulite::table {

/// What names an entity within its table. UTF-8; either may be empty.
struct EntityKey {
    std::string partition;
    std::string row;

    bool operator==(const EntityKey&) const = default;
};

/// The same, of somebody else.
struct KeyView {
    KeyView(std::string_view of_partition, std::string_view of_row) : partition(of_partition), row(of_row) {}
    KeyView(const EntityKey& key) : partition(key.partition), row(key.row) {}  // NOLINT(google-explicit-constructor)

    std::string_view partition;
    std::string_view row;
};

/// At most 512 UTF-16 units each, no `/ \ # ?` and no control character. Fails with key_value_too_large or
/// out_of_range_input. Reference: "Understanding the Table service data model", characters disallowed in key fields.
[[nodiscard]] Result<> check_key(std::string_view value);

/// A key as rows hold it: bytes whose order is that of the UTF-16 units, in which Azure sorts. It is UTF-8 with
/// characters beyond U+FFFF as two surrogates of three bytes each (CESU-8).
[[nodiscard]] std::string sortable(std::string_view utf8);
[[nodiscard]] std::string from_sortable(std::string_view bytes);
/// The same without a copy where nothing differs, as in most keys; otherwise what it returns stands in `space`.
[[nodiscard]] std::string_view from_sortable(std::string_view bytes, std::string& space);

/// What stands in the parentheses of an entity's URL, decoded: `PartitionKey='p',RowKey='r'` in either order, quotes in
/// a value doubled. Fails with invalid_input for another form, and what check_key says.
[[nodiscard]] Result<EntityKey> parse_key(std::string_view text);
/// A text in quotes, as URLs and filters write it, quotes in it doubled.
[[nodiscard]] std::string quoted(std::string_view text);
/// The inverse: nothing when the text is not one quoted value.
[[nodiscard]] std::optional<std::string> unquoted(std::string_view text);

/// `[A-Za-z][A-Za-z0-9]{2,62}`, not `Tables`. Fails with out_of_range_input for a length, invalid_resource_name for a
/// character, invalid_input for `Tables`. `loose` also allows `_` and `-` after the first letter.
[[nodiscard]] Result<> check_table_name(std::string_view name, bool loose);

/// Where a walk through a table is: a pair of sortable keys.
struct KeyPosition {
    std::string partition;
    std::string row;

    auto operator<=>(const KeyPosition&) const = default;
};
/// The position right behind that of one entity. No key holds NUL, so nothing lies between a key and it with one more.
[[nodiscard]] KeyPosition after(KeyPosition position);

/// From `first` on, up to but without `end`; no end: to the table's.
struct KeySpan {
    KeyPosition first;
    std::optional<KeyPosition> end;

    bool operator==(const KeySpan&) const = default;
};
/// In order, without overlap.
using KeySpans = std::vector<KeySpan>;

/// The part of `spans` that lies in `within`.
[[nodiscard]] KeySpans clipped(const KeySpans& spans, const KeySpan& within);
[[nodiscard]] bool contains(const KeySpan& span, const EntityKey& key);

}  // namespace lazulite::table
