#include "file/domain/attributes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"

namespace lazulite::file {
namespace {

constexpr std::string_view kNone = "None";

constexpr auto kNames = std::to_array<std::pair<Attributes::Bit, std::string_view>>({
    {Attributes::read_only, "ReadOnly"},
    {Attributes::hidden, "Hidden"},
    {Attributes::system, "System"},
    {Attributes::directory, "Directory"},
    {Attributes::archive, "Archive"},
    {Attributes::temporary, "Temporary"},
    {Attributes::offline, "Offline"},
    {Attributes::not_content_indexed, "NotContentIndexed"},
    {Attributes::no_scrub_data, "NoScrubData"},
});

}  // namespace

std::optional<Attributes> Attributes::parse(std::string_view text, bool of_directory) {
    const std::uint32_t kind = of_directory ? directory : 0U;
    if (equals_ignoring_case(trim(text), kNone)) return Attributes(kind);
    std::uint32_t bits = kind;
    for (bool more = true; more;) {
        const std::size_t bar = text.find('|');
        more = bar != std::string_view::npos;
        const std::string_view name = trim(text.substr(0, bar));
        if (more) text.remove_prefix(bar + 1);
        const auto* const row = std::find_if(kNames.begin(), kNames.end(),
                                             [&](const auto& one) { return equals_ignoring_case(one.second, name); });
        if (row == kNames.end() || row->first == (of_directory ? temporary : directory)) return std::nullopt;
        bits |= row->first;
    }
    return Attributes(bits);
}

std::string Attributes::text() const {
    std::string text;
    for (const auto& [bit, name] : kNames) {
        if (has(bit)) text.append(text.empty() ? "" : " | ").append(name);
    }
    return text.empty() ? std::string(kNone) : text;
}

}  // namespace lazulite::file
