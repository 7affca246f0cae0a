#include "wire/service_version.hpp"

#include <chrono>

#include "base/text.hpp"

namespace lazulite {

std::optional<ServiceVersion> ServiceVersion::parse(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = parse_number<unsigned>(text.substr(0, 4));
    const auto month = parse_number<unsigned>(text.substr(5, 2));
    const auto day = parse_number<unsigned>(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)), std::chrono::month(*month),
                                           std::chrono::day(*day)};
    if (!date.ok()) return std::nullopt;
    const ServiceVersion version(static_cast<int>(*year), static_cast<int>(*month), static_cast<int>(*day));
    if (version < kOldestVersion) return std::nullopt;
    return version;
}

std::string ServiceVersion::text() const {
    std::string text = "0000-00-00";
    int rest = value_;
    for (const std::size_t at : {9, 8, 6, 5, 3, 2, 1, 0}) {
        text[at] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    }
    return text;
}

}  // namespace lazulite
