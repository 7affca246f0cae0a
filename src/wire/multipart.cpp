#include "wire/multipart.hpp"

#include "base/text.hpp"
#include "wire/most_fields.hpp"

namespace lazulite {
namespace {

/// Where the next delimiter begins a line, at `from` or behind it.
std::size_t find_delimiter(std::string_view body, std::string_view delimiter, std::size_t from) {
    for (std::size_t at = body.find(delimiter, from); at != std::string_view::npos; at = body.find(delimiter, at + 1)) {
        if (at == 0 || body[at - 1] == '\n') return at;
    }
    return std::string_view::npos;
}

/// The line end before a delimiter belongs to that.
std::string_view without_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::optional<std::string> multipart_boundary(std::string_view content_type) {
    std::size_t semicolon = content_type.find(';');
    if (!equals_ignoring_case(trim(content_type.substr(0, semicolon)), "multipart/mixed")) return std::nullopt;
    while (semicolon != std::string_view::npos) {
        content_type.remove_prefix(semicolon + 1);
        semicolon = content_type.find(';');
        const std::string_view parameter = trim(content_type.substr(0, semicolon));
        constexpr std::string_view kName = "boundary=";
        if (!starts_with_ignoring_case(parameter, kName)) continue;
        std::string_view value = trim(parameter.substr(kName.size()));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
        if (value.empty()) return std::nullopt;
        return std::string(value);
    }
    return std::nullopt;
}

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

std::optional<FieldViews> take_fields(std::string_view& text) {
    FieldViews fields;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        if (line.empty()) return fields;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || colon == 0 || fields.size() == kMostFields) return std::nullopt;
        fields.add(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
    }
    return fields;
}

Result<std::vector<MimePart>> parse_multipart(std::string_view body, std::string_view boundary) {
    const std::string delimiter = "--" + std::string(boundary);
    std::vector<MimePart> parts;
    std::size_t at = find_delimiter(body, delimiter, 0);
    while (at != std::string_view::npos) {
        std::string_view rest = body.substr(at + delimiter.size());
        const std::string_view tail = trim(take_line(rest));
        if (tail == "--") return parts;
        const std::size_t begin = body.size() - rest.size();
        at = find_delimiter(body, delimiter, begin);
        if (!tail.empty() || at == std::string_view::npos) break;
        std::string_view part = body.substr(begin, at - begin);
        auto fields = take_fields(part);
        if (!fields) break;
        parts.push_back({*std::move(fields), without_line_end(part)});
    }
    return fail(ErrorCode::invalid_input);
}

}  // namespace lazulite
