#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite {

/// `Fri, 20 Nov 2026 21:07:12 GMT`; fractions of a second are cut. All of these: years 1 to 9999.
[[nodiscard]] std::string format_rfc1123(Instant when);
void append_rfc1123(std::string& to, Instant when);  ///< the same, without a string of its own
inline constexpr std::size_t kRfc1123Length = 29;
char* put_rfc1123(char* to, Instant when);  ///< the same, where there is room; returns its end
/// Exactly that form: the weekday must be right, the month, day and time must exist.
[[nodiscard]] std::optional<Instant> parse_rfc1123(std::string_view text);

/// `2026-11-20T21:07:12.1234567Z`: snapshot and version ids, error times, policy times.
[[nodiscard]] std::string format_iso8601(Instant when);
void append_iso8601(std::string& to, Instant when);
/// The forms SAS and policies allow: date; date and minutes; and seconds; and 1 to 7 fraction digits; each but the first
/// with `Z` or `+hh:mm`. A date alone is midnight UTC.
[[nodiscard]] std::optional<Instant> parse_iso8601(std::string_view text);

}  // namespace lazulite
