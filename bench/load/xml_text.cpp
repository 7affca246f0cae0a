#include "xml_text.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace lazulite::bench {

std::optional<std::string_view> element(std::string_view xml, std::string_view tag, std::size_t& from) {
    const std::string open = std::string("<").append(tag).append(">");
    const std::string close = std::string("</").append(tag).append(">");
    const auto begin = xml.find(open, from);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto end = xml.find(close, begin);
    if (end == std::string_view::npos) return std::nullopt;
    from = end + close.size();
    return xml.substr(begin + open.size(), end - begin - open.size());
}

std::string unescape(std::string_view text) {
    static const std::vector<std::pair<std::string_view, char>> entities = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    std::string plain;
    while (!text.empty()) {
        const auto known = std::find_if(entities.begin(), entities.end(),
                                        [&](const auto& entity) { return text.starts_with(entity.first); });
        plain += known == entities.end() ? text.front() : known->second;
        text.remove_prefix(known == entities.end() ? 1 : known->first.size());
    }
    return plain;
}

}  // namespace lazulite::bench
