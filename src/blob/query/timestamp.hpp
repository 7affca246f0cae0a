#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite::blob::query {

/// A point in time of the years 1 to 9999, and the offset of the clock that it was read from.
struct Timestamp {
    Instant when;
    std::chrono::minutes offset{0};
};

enum class DatePart : std::uint8_t { year, month, day, hour, minute, second, timezone_hour, timezone_minute };
[[nodiscard]] std::optional<DatePart> parse_date_part(std::string_view word);  ///< in any letter case

/// The forms of ISO 8601 that W3C's note on dates and times lists: `2007`, `2007-02`, `2007-02-23`, each also with a
/// `T` at its end, `2007-02-23T12:14Z`, `2007-02-23T12:14:33.079-08:00`.
[[nodiscard]] std::optional<Timestamp> parse_timestamp(std::string_view text);
/// `2007-02-23T12:14:33.079-08:00`: up to seven digits of a second, and `Z` for no offset.
[[nodiscard]] std::string format_timestamp(const Timestamp& time);
/// TO_STRING: nothing where the format has letters that mean nothing. Text may stand in single quotes.
[[nodiscard]] std::optional<std::string> format_timestamp(const Timestamp& time, std::string_view format);

/// DATE_ADD: a month that is shorter ends the day; nothing beyond the years there are, or for a part of the offset.
[[nodiscard]] std::optional<Timestamp> add(DatePart part, std::int64_t quantity, const Timestamp& to);
/// DATE_DIFF: how many whole years, months, days, ... lie between the two; negative when `to` is the earlier.
[[nodiscard]] std::optional<std::int64_t> difference(DatePart part, const Timestamp& from, const Timestamp& to);
/// EXTRACT, on the clock of the timestamp.
[[nodiscard]] std::int64_t extract(DatePart part, const Timestamp& time);

}  // namespace lazulite::blob::query
