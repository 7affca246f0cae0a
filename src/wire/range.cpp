#include "wire/range.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite {

std::optional<ByteRange> parse_range(std::string_view text) {
    constexpr std::string_view kUnit = "bytes=";
    if (!starts_with_ignoring_case(text, kUnit)) return std::nullopt;
    text.remove_prefix(kUnit.size());
    const std::size_t dash = text.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto first = parse_number<std::uint64_t>(text.substr(0, dash));
    if (!first) return std::nullopt;
    const std::string_view end = text.substr(dash + 1);
    if (end.empty()) return ByteRange{*first, std::nullopt};
    const auto last = parse_number<std::uint64_t>(end);
    if (!last || *last < *first) return std::nullopt;
    return ByteRange{*first, last};
}

std::optional<ByteRange> range_of(const FieldViews& fields) {
    if (const auto own = fields.find("x-ms-range")) return parse_range(*own);
    if (const auto standard = fields.find("Range")) return parse_range(*standard);
    return std::nullopt;
}

Result<ResolvedRange> resolve(const ByteRange& range, std::uint64_t size) {
    if (range.first >= size) {
        return fail(
            StorageError(ErrorCode::invalid_range).with_header("Content-Range", "bytes */" + std::to_string(size)));
    }
    const std::uint64_t last = std::min(range.last.value_or(size - 1), size - 1);
    return ResolvedRange{range.first, last - range.first + 1};
}

std::string content_range(const ResolvedRange& range, std::uint64_t size) {
    return "bytes " + std::to_string(range.first) + '-' + std::to_string(range.last()) + '/' + std::to_string(size);
}

}  // namespace lazulite
