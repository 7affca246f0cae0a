#include "table/domain/key.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kLongestKey = 512;
constexpr std::size_t kShortestTableName = 3;
constexpr std::size_t kLongestTableName = 63;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `/ \ # ?`, U+0000 to U+001F, U+007F to U+009F.
bool has_forbidden(std::string_view key) {
    for (std::size_t i = 0; i < key.size(); ++i) {
        const auto c = static_cast<unsigned char>(key[i]);
        if (c < 0x20 || c == 0x7F || c == '/' || c == '\\' || c == '#' || c == '?') return true;
        if (c == 0xC2 && i + 1 < key.size() && static_cast<unsigned char>(key[i + 1]) < 0xA0) return true;
    }
    return false;
}

void append_unit(std::string& to, unsigned unit) {
    to += static_cast<char>(0xE0 | unit >> 12);
    to += static_cast<char>(0x80 | (unit >> 6 & 0x3F));
    to += static_cast<char>(0x80 | (unit & 0x3F));
}

unsigned continuation(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]) & 0x3FU; }

/// Takes one quoted value off the front.
std::optional<std::string> take_quoted(std::string_view& text) {
    if (!text.starts_with('\'')) return std::nullopt;
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != '\'') {
            value += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '\'') {
            value += '\'';
            ++i;
        } else {
            text.remove_prefix(i + 1);
            return value;
        }
    }
    return std::nullopt;
}

void skip_blanks(std::string_view& text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
}

bool take(std::string_view& text, std::string_view word) {
    if (!text.starts_with(word)) return false;
    text.remove_prefix(word.size());
    return true;
}

}  // namespace

Result<> check_key(std::string_view value) {
    if (value.size() > kLongestKey && utf16_length(value) > kLongestKey) return fail(ErrorCode::key_value_too_large);
    if (has_forbidden(value)) return fail(ErrorCode::out_of_range_input);
    return {};
}

std::string sortable(std::string_view utf8) {
    std::string bytes;
    bytes.reserve(utf8.size());
    for (std::size_t i = 0; i < utf8.size(); ++i) {
        if (static_cast<unsigned char>(utf8[i]) < 0xF0 || i + 3 >= utf8.size()) {
            bytes += utf8[i];
            continue;
        }
        const unsigned point = (static_cast<unsigned char>(utf8[i]) & 7U) << 18 | continuation(utf8, i + 1) << 12 |
                               continuation(utf8, i + 2) << 6 | continuation(utf8, i + 3);
        append_unit(bytes, 0xD800 + ((point - 0x10000) >> 10));
        append_unit(bytes, 0xDC00 + ((point - 0x10000) & 0x3FF));
        i += 3;
    }
    return bytes;
}

std::string_view from_sortable(std::string_view bytes, std::string& space) {
    constexpr char kLeadsSurrogate = '\xED';
    if (bytes.find(kLeadsSurrogate) == std::string_view::npos) return bytes;
    space = from_sortable(bytes);
    return space;
}

std::string from_sortable(std::string_view bytes) {
    std::string utf8;
    utf8.reserve(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const bool surrogate = static_cast<unsigned char>(bytes[i]) == 0xED && i + 5 < bytes.size() &&
                               static_cast<unsigned char>(bytes[i + 1]) >= 0xA0;
        if (!surrogate) {
            utf8 += bytes[i];
            continue;
        }
        const unsigned high = (continuation(bytes, i + 1) << 6 | continuation(bytes, i + 2)) & 0x3FF;
        const unsigned low = (continuation(bytes, i + 4) << 6 | continuation(bytes, i + 5)) & 0x3FF;
        const unsigned point = 0x10000 + (high << 10 | low);
        utf8 += static_cast<char>(0xF0 | point >> 18);
        utf8 += static_cast<char>(0x80 | (point >> 12 & 0x3F));
        utf8 += static_cast<char>(0x80 | (point >> 6 & 0x3F));
        utf8 += static_cast<char>(0x80 | (point & 0x3F));
        i += 5;
    }
    return utf8;
}

Result<EntityKey> parse_key(std::string_view text) {
    std::optional<std::string> partition;
    std::optional<std::string> row;
    while (true) {
        skip_blanks(text);
        std::optional<std::string>* const part = take(text, "PartitionKey=") ? &partition
                                                 : take(text, "RowKey=")     ? &row
                                                                             : nullptr;
        if (part == nullptr || *part) return fail(ErrorCode::invalid_input);
        *part = take_quoted(text);
        if (!*part) return fail(ErrorCode::invalid_input);
        skip_blanks(text);
        if (text.empty()) break;
        if (!take(text, ",")) return fail(ErrorCode::invalid_input);
    }
    if (!partition || !row) return fail(ErrorCode::invalid_input);
    LAZ_CHECK(check_key(*partition));
    LAZ_CHECK(check_key(*row));
    return EntityKey{*std::move(partition), *std::move(row)};
}

std::string quoted(std::string_view text) {
    std::string value = "'";
    for (const char c : text) value.append(c == '\'' ? 2 : 1, c);
    return value + "'";
}

std::optional<std::string> unquoted(std::string_view text) {
    auto value = take_quoted(text);
    if (!text.empty()) return std::nullopt;
    return value;
}

Result<> check_table_name(std::string_view name, bool loose) {
    const std::size_t length = utf16_length(name);
    if (length < kShortestTableName || length > kLongestTableName) return fail(ErrorCode::out_of_range_input);
    const auto allowed = [loose](char c) { return is_letter(c) || is_digit(c) || (loose && (c == '_' || c == '-')); };
    if (!is_letter(name.front()) || !std::all_of(name.begin(), name.end(), allowed)) {
        return fail(ErrorCode::invalid_resource_name);
    }
    if (equals_ignoring_case(name, "tables")) return fail(ErrorCode::invalid_input);
    return {};
}

KeyPosition after(KeyPosition position) {
    position.row += '\0';
    return position;
}

KeySpans clipped(const KeySpans& spans, const KeySpan& within) {
    KeySpans kept;
    for (const KeySpan& span : spans) {
        KeySpan part{std::max(span.first, within.first), span.end};
        if (within.end && (!part.end || *within.end < *part.end)) part.end = within.end;
        if (!part.end || part.first < *part.end) kept.push_back(std::move(part));
    }
    return kept;
}

bool contains(const KeySpan& span, const EntityKey& key) {
    const KeyPosition position{sortable(key.partition), sortable(key.row)};
    return span.first <= position && (!span.end || position < *span.end);
}

}  // namespace lazulite::table
