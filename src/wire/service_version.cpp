#include "wire/service_version.hpp"

#include <algorithm>
#include <array>
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

namespace {

/// Every version that a client or a specification was seen to name, in order.
constexpr auto kKnown = std::to_array<ServiceVersion>({
    {2009, 4, 14}, {2009, 7, 17}, {2009, 9, 19},  {2011, 8, 18}, {2012, 2, 12}, {2013, 8, 15}, {2014, 2, 14},
    {2015, 2, 21}, {2015, 4, 5},  {2015, 7, 8},   {2015, 12, 11}, {2016, 5, 31}, {2017, 4, 17}, {2017, 7, 29},
    {2017, 11, 9}, {2018, 3, 28}, {2018, 11, 9},  {2019, 2, 2},  {2019, 7, 7},  {2019, 10, 10}, {2019, 12, 12},
    {2020, 2, 10}, {2020, 4, 8},  {2020, 6, 12},  {2020, 8, 4},  {2020, 10, 2}, {2020, 12, 6}, {2021, 2, 12},
    {2021, 4, 10}, {2021, 6, 8},  {2021, 8, 6},   {2021, 10, 4}, {2021, 12, 2}, {2022, 11, 2}, {2023, 1, 3},
    {2023, 5, 3},  {2023, 8, 3},  {2023, 11, 3},  {2024, 2, 4},  {2024, 5, 4},  {2024, 8, 4},  {2024, 11, 4},
    {2025, 1, 5},  {2025, 5, 5},  {2025, 7, 5},   {2025, 11, 5}, {2026, 2, 6},  {2026, 4, 6},  {2026, 6, 6},
    {2026, 10, 6},
});
static_assert(kKnown.front() == kOldestVersion && kKnown.back() == kNewestVersion);
static_assert(std::is_sorted(kKnown.begin(), kKnown.end()));

}  // namespace

bool ServiceVersion::known() const { return std::binary_search(kKnown.begin(), kKnown.end(), *this); }

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
