#include "file/domain/names.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "file/domain/fold_table.hpp"

namespace lazulite::file {
namespace {

constexpr std::size_t kLongestComponent = 255;  // UTF-16 units
constexpr std::size_t kLongestPath = 2048;
constexpr std::size_t kMostComponents = 250;

char32_t fold(char32_t c) {
    const auto* const range = std::lower_bound(std::begin(kFolds), std::end(kFolds), c,
                                               [](const FoldRange& r, char32_t value) { return r.last < value; });
    if (range == std::end(kFolds) || c < range->first || (c - range->first) % range->step != 0) return c;
    return static_cast<char32_t>(static_cast<std::int32_t>(c) + range->distance);
}

/// Of the two or three bytes that begin at `at`.
char32_t decode(std::string_view text, std::size_t at, std::size_t length) {
    constexpr unsigned kPayload = 0x3f;
    char32_t c = static_cast<unsigned char>(text[at]) & (length == 2 ? 0x1fU : 0x0fU);
    for (std::size_t i = 1; i < length; ++i) c = c << 6 | (static_cast<unsigned char>(text[at + i]) & kPayload);
    return c;
}

void encode(std::string& to, char32_t c) {
    const auto byte = [&to](char32_t value) { to.push_back(static_cast<char>(value)); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xc0 | c >> 6);
        byte(0x80 | (c & 0x3f));
    } else {
        byte(0xe0 | c >> 12);
        byte(0x80 | (c >> 6 & 0x3f));
        byte(0x80 | (c & 0x3f));
    }
}

/// U+0000 to U+001F, U+007F to U+009F, and what paths and patterns are made of.
bool has_illegal_character(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<unsigned char>(name[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        if (byte == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0) return true;
    }
    return name.find_first_of("\"\\:|<>*?") != std::string_view::npos;
}

bool is_device(std::string_view name) {
    constexpr std::string_view kDevices[] = {"PRN", "AUX", "NUL", "CON", "CLOCK$", ".", ".."};
    const auto same = [name](std::string_view device) { return equals_ignoring_case(name, device); };
    if (std::any_of(std::begin(kDevices), std::end(kDevices), same)) return true;
    const bool port = starts_with_ignoring_case(name, "LPT") || starts_with_ignoring_case(name, "COM");
    return port && name.size() == 4 && name[3] >= '1' && name[3] <= '9';
}

Result<> check_component(std::string_view name) {
    if (name.empty() || utf16_length(name) > kLongestComponent || has_illegal_character(name) || is_device(name)) {
        return fail(ErrorCode::invalid_resource_name);
    }
    return {};
}

}  // namespace

std::string key_of(std::string_view name, Casing casing) {
    if (casing == Casing::kept) return std::string(name);
    std::string key;
    key.reserve(name.size());
    for (std::size_t i = 0; i < name.size();) {
        const std::size_t length = utf8_sequence_length(name, i);
        if (length == 2 || length == 3) {
            encode(key, fold(decode(name, i, length)));
        } else if (length == 1) {
            key.push_back(ascii_lower(name[i]));
        } else {
            key.append(name.substr(i, std::max<std::size_t>(length, 1)));  // beyond the first plane NTFS folds nothing
        }
        i += std::max<std::size_t>(length, 1);
    }
    return key;
}

Result<std::vector<std::string>> split_path(std::string_view path, TrailingDots dots) {
    if (utf16_length(path) > kLongestPath) return fail(ErrorCode::invalid_file_or_directory_path_name);
    while (path.ends_with('/')) path.remove_suffix(1);
    std::vector<std::string> components;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        std::string_view name = path.substr(0, slash);
        path.remove_prefix(std::min(slash + 1, path.size()));
        while (dots == TrailingDots::dropped && name.ends_with('.')) name.remove_suffix(1);
        LAZ_CHECK(check_component(name));
        components.emplace_back(name);
    }
    if (components.size() > kMostComponents) return fail(ErrorCode::invalid_file_or_directory_path_name);
    return components;
}

}  // namespace lazulite::file
