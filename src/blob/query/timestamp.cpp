#include "blob/query/timestamp.hpp"

#include <algorithm>
#include <array>

#include "base/names.hpp"
#include "base/text.hpp"

namespace lazulite::blob::query {
namespace {

using namespace std::chrono;

constexpr auto kParts = std::to_array<Named<DatePart>>({{DatePart::year, "year"},
                                                        {DatePart::month, "month"},
                                                        {DatePart::day, "day"},
                                                        {DatePart::hour, "hour"},
                                                        {DatePart::minute, "minute"},
                                                        {DatePart::second, "second"},
                                                        {DatePart::timezone_hour, "timezone_hour"},
                                                        {DatePart::timezone_minute, "timezone_minute"}});
constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};

/// What clock and calendar show there.
struct Local {
    year_month_day date;
    Ticks time;  ///< since midnight
};

Local local_of(const Timestamp& time) {
    const Instant there = time.when + time.offset;
    const auto day = floor<days>(there);
    return {year_month_day(day), there - day};
}

std::optional<Timestamp> timestamp_of(const Local& local, minutes offset) {
    if (!local.date.ok() || local.date.year() < year(1) || local.date.year() > year(9999)) return std::nullopt;
    return Timestamp{Instant(sys_days(local.date)) + local.time - offset, offset};
}

std::optional<Timestamp> in_range(const Timestamp& time) {
    return timestamp_of(local_of(time), time.offset);
}

/// Reads a text from its front.
struct Cursor {
    std::string_view rest;

    bool take(char c) {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    std::optional<int> digits(std::size_t count) {
        const auto number = rest.size() < count ? std::nullopt : parse_number<unsigned>(rest.substr(0, count));
        if (!number) return std::nullopt;
        rest.remove_prefix(count);
        return static_cast<int>(*number);
    }
    std::size_t run() const {
        const std::size_t end = rest.find_first_not_of("0123456789");
        return std::min(end, rest.size());
    }
};

std::optional<Ticks> parse_time(Cursor& at) {
    const auto hour = at.digits(2);
    if (!hour || *hour > 23 || !at.take(':')) return std::nullopt;
    const auto minute = at.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    Ticks time = hours(*hour) + minutes(*minute);
    if (!at.take(':')) return time;
    const auto second = at.digits(2);
    if (!second || *second > 59) return std::nullopt;
    time += seconds(*second);
    if (!at.take('.')) return time;
    const std::size_t count = at.run();
    if (count == 0) return std::nullopt;
    std::int64_t unit = Ticks(seconds(1)).count();
    for (const char digit : at.rest.substr(0, count)) time += Ticks((digit - '0') * (unit /= 10));
    at.rest.remove_prefix(count);
    return time;
}

std::optional<minutes> parse_offset(Cursor& at) {
    if (at.take('Z')) return minutes(0);
    const bool minus = at.take('-');
    if (!minus && !at.take('+')) return std::nullopt;
    const auto hour = at.digits(2);
    if (!hour || *hour > 23 || !at.take(':')) return std::nullopt;
    const auto minute = at.digits(2);
    if (!minute || *minute > 59) return std::nullopt;
    const minutes offset = hours(*hour) + minutes(*minute);
    return minus ? -offset : offset;
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
    const std::string digits = std::to_string(number);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out.append(digits);
}

void append_offset(std::string& out, minutes offset, bool with_minutes, bool colon) {
    const std::int64_t size = std::abs(offset.count());
    out.push_back(offset.count() < 0 ? '-' : '+');
    append_padded(out, size / 60, 2);
    if (!with_minutes) return;
    if (colon) out.push_back(':');
    append_padded(out, size % 60, 2);
}

std::string fraction_of(Ticks time) {
    std::string digits;
    append_padded(digits, (time % seconds(1)).count(), 7);
    return digits;
}

/// One run of a letter in a format.
bool append_field(std::string& out, const Timestamp& time, const Local& local, char letter, std::size_t count) {
    const std::int64_t hour = duration_cast<hours>(local.time).count();
    const auto number = [&](std::int64_t value) {
        append_padded(out, value, count);
        return count <= 2;
    };
    switch (letter) {
        case 'y': {
            const int year = static_cast<int>(local.date.year());
            if (count == 2)
                append_padded(out, year % 100, 2);
            else
                append_padded(out, year, 4);
            return count == 1 || count == 2 || count == 4;
        }
        case 'M': {
            const unsigned month = static_cast<unsigned>(local.date.month());
            if (count <= 2) return number(month);
            std::string name(kMonths[month - 1]);
            if (count == 3) {
                name.resize(3);
                std::transform(name.begin(), name.end(), name.begin(),
                               [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
            }
            out.append(name);
            return count <= 4;
        }
        case 'd':
            return number(static_cast<unsigned>(local.date.day()));
        case 'a':
            out.append(hour < 12 ? "AM" : "PM");
            return count == 1;
        case 'h':
            return number((hour + 11) % 12 + 1);
        case 'H':
            return number(hour);
        case 'm':
            return number(duration_cast<minutes>(local.time).count() % 60);
        case 's':
            return number(duration_cast<seconds>(local.time).count() % 60);
        case 'S':
            out.append(fraction_of(local.time).substr(0, count));
            return count <= 7;
        case 'X':
        case 'x':
            if (letter == 'X' && time.offset.count() == 0)
                out.push_back('Z');
            else
                append_offset(out, time.offset, count > 1, count % 2 == 1);
            return count <= 5;
        default:
            return false;
    }
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::int64_t month_count(const Local& local) {
    return static_cast<int>(local.date.year()) * std::int64_t{12} + static_cast<unsigned>(local.date.month());
}

/// How long a part always is; nothing for years and months.
std::optional<Ticks> length_of(DatePart part) {
    switch (part) {
        case DatePart::day:
            return days(1);
        case DatePart::hour:
            return hours(1);
        case DatePart::minute:
            return minutes(1);
        case DatePart::second:
            return seconds(1);
        case DatePart::year:
        case DatePart::month:
        case DatePart::timezone_hour:
        case DatePart::timezone_minute:
            return std::nullopt;
    }
    return std::nullopt;
}

/// 1 or 12 months; 0 for what is no number of months.
std::int64_t months_of(DatePart part) {
    return part == DatePart::year ? 12 : part == DatePart::month ? 1 : 0;
}

}  // namespace

std::optional<DatePart> parse_date_part(std::string_view word) {
    for (const auto& [part, name] : kParts) {
        if (equals_ignoring_case(word, name)) return part;
    }
    return std::nullopt;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
    Cursor at{text};
    const auto year_number = at.digits(4);
    if (!year_number) return std::nullopt;
    Local local{year(*year_number) / January / 1, Ticks(0)};
    minutes offset(0);
    bool whole_date = false;
    if (at.take('-')) {
        const auto month_number = at.digits(2);
        if (!month_number) return std::nullopt;
        local.date = local.date.year() / *month_number / 1;
        whole_date = at.take('-');
        if (whole_date) {
            const auto day_number = at.digits(2);
            if (!day_number) return std::nullopt;
            local.date = local.date.year() / local.date.month() / *day_number;
        }
    }
    if (at.take('T') && !at.rest.empty()) {
        if (!whole_date) return std::nullopt;
        const auto time = parse_time(at);
        if (!time) return std::nullopt;
        const auto there = parse_offset(at);
        if (!there) return std::nullopt;
        local.time = *time;
        offset = *there;
    }
    if (!at.rest.empty()) return std::nullopt;
    return timestamp_of(local, offset);
}

std::string format_timestamp(const Timestamp& time) {
    std::string text = format_timestamp(time, "yyyy-MM-ddTHH:mm:ss").value_or("");
    std::string fraction = fraction_of(local_of(time).time);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    if (!fraction.empty()) text.append(".").append(fraction);
    if (time.offset.count() == 0) {
        text.push_back('Z');
    } else {
        append_offset(text, time.offset, true, true);
    }
    return text;
}

std::optional<std::string> format_timestamp(const Timestamp& time, std::string_view format) {
    const Local local = local_of(time);
    std::string text;
    for (std::size_t i = 0; i < format.size();) {
        const char c = format[i];
        if (c == '\'') {
            const std::size_t end = format.find('\'', i + 1);
            if (end == std::string_view::npos) return std::nullopt;
            text.append(format.substr(i + 1, end - i - 1));
            i = end + 1;
        } else if (c == 'T' || !is_letter(c)) {
            text.push_back(c);
            ++i;
        } else {
            const std::size_t end = std::min(format.find_first_not_of(c, i), format.size());
            if (!append_field(text, time, local, c, end - i)) return std::nullopt;
            i = end;
        }
    }
    return text;
}

std::optional<Timestamp> add(DatePart part, std::int64_t quantity, const Timestamp& to) {
    constexpr std::int64_t kFarthest = std::int64_t{10000} * 366 * 24 * 3600;  // seconds; nothing there is lies beyond
    if (quantity > kFarthest || quantity < -kFarthest) return std::nullopt;
    if (const auto length = length_of(part)) {
        if (std::abs(quantity) > kFarthest / duration_cast<seconds>(*length).count()) return std::nullopt;
        return in_range({to.when + quantity * *length, to.offset});
    }
    const std::int64_t step = months_of(part);
    Local local = local_of(to);
    const std::int64_t month_number = month_count(local) - 1 + quantity * step;
    if (step == 0 || month_number < 12 || month_number >= 10000 * 12) return std::nullopt;
    const year_month there =
        year(static_cast<int>(month_number / 12)) / month(static_cast<unsigned>(month_number % 12) + 1);
    local.date =
        there / std::min(local.date.day(), year_month_day_last(there.year(), month_day_last(there.month())).day());
    return timestamp_of(local, to.offset);
}

std::optional<std::int64_t> difference(DatePart part, const Timestamp& from, const Timestamp& to) {
    if (const auto length = length_of(part)) return (to.when - from.when) / *length;
    const std::int64_t step = months_of(part);
    if (step == 0) return std::nullopt;
    // Both on the clock of the first: a month is over when day and time have come again.
    const Local begin = local_of(from);
    const Local end = local_of({to.when, from.offset});
    std::int64_t whole = month_count(end) - month_count(begin);
    const auto rest = [](const Local& local) { return std::pair(local.date.day(), local.time); };
    if (whole > 0 && rest(end) < rest(begin)) --whole;
    if (whole < 0 && rest(end) > rest(begin)) ++whole;
    return whole / step;
}

std::int64_t extract(DatePart part, const Timestamp& time) {
    const Local local = local_of(time);
    switch (part) {
        case DatePart::year:
            return static_cast<int>(local.date.year());
        case DatePart::month:
            return static_cast<unsigned>(local.date.month());
        case DatePart::day:
            return static_cast<unsigned>(local.date.day());
        case DatePart::hour:
            return duration_cast<hours>(local.time).count();
        case DatePart::minute:
            return duration_cast<minutes>(local.time).count() % 60;
        case DatePart::second:
            return duration_cast<seconds>(local.time).count() % 60;
        case DatePart::timezone_hour:
            return time.offset.count() / 60;
        case DatePart::timezone_minute:
            return time.offset.count() % 60;
    }
    return 0;
}

}  // namespace lazulite::blob::query
