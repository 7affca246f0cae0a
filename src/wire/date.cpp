#include "wire/date.hpp"

#include <array>
#include <cstring>

#include "base/text_writers.hpp"

namespace lazulite {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";

/// `hh:mm:ss`
void put_time_of_day(char* to, unsigned second_of_day) {
    write_digits<2>(to, second_of_day / 3600);
    write_digits<2>(to + 3, second_of_day / 60 % 60);
    write_digits<2>(to + 6, second_of_day % 60);
}

struct Date {
    std::chrono::sys_days day;
    unsigned year;
    unsigned month;
    unsigned day_of_month;
    unsigned second_of_day;
    unsigned ticks;  ///< within the second
};

Date split(Instant when) {
    const auto day = std::chrono::floor<days>(when);
    const std::chrono::year_month_day calendar(day);
    const auto tick_of_day = static_cast<std::uint64_t>((when - day).count());
    return {day,
            static_cast<unsigned>(static_cast<int>(calendar.year())),
            static_cast<unsigned>(calendar.month()),
            static_cast<unsigned>(calendar.day()),
            static_cast<unsigned>(tick_of_day / Ticks::period::den),
            static_cast<unsigned>(tick_of_day % Ticks::period::den)};
}

/// Reads a text from left to right; one wrong character and it stays wrong.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    void expect(std::string_view literal) {
        if (rest_.starts_with(literal)) {
            rest_.remove_prefix(literal.size());
        } else {
            wrong_ = true;
        }
    }
    /// Exactly `width` digits with a value of at most `highest`.
    int digits(std::size_t width, int highest) {
        int value = 0;
        if (rest_.size() < width) wrong_ = true;
        for (std::size_t i = 0; i < width && !wrong_; ++i) {
            if (rest_[i] < '0' || rest_[i] > '9') wrong_ = true;
            value = value * 10 + (rest_[i] - '0');
        }
        if (value > highest) wrong_ = true;
        if (!wrong_) rest_.remove_prefix(width);
        return value;
    }
    /// The index of the next three letters in a list of such.
    unsigned three_letters(std::string_view list) {
        for (std::size_t i = 0; i < list.size() && rest_.size() >= 3; i += 3) {
            if (list.substr(i, 3) == rest_.substr(0, 3)) {
                rest_.remove_prefix(3);
                return static_cast<unsigned>(i / 3);
            }
        }
        wrong_ = true;
        return 0;
    }
    bool next_is(char c) const { return rest_.starts_with(c); }
    bool at_end() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }
    bool right_to_the_end() const { return !wrong_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool wrong_ = false;
};

std::chrono::year_month_day calendar(int year, unsigned month, int day) {
    return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(static_cast<unsigned>(day));
}

bool exists(const std::chrono::year_month_day& date) {
    return date.ok() && date.year() >= std::chrono::year(1);
}

}  // namespace

char* put_rfc1123(char* to, Instant when) {
    // Listings show the same second again and again.
    struct Last {
        std::chrono::time_point<std::chrono::system_clock, seconds> second{};
        std::array<char, kRfc1123Length + 1> text{"Thu, 01 Jan 1970 00:00:00 GMT"};
    };
    thread_local Last last;
    if (const auto second = std::chrono::floor<seconds>(when); second != last.second) {
        const Date date = split(second);
        char* const text = last.text.data();
        std::memcpy(text, &kWeekdays[3 * std::chrono::weekday(date.day).c_encoding()], 3);
        write_digits<2>(text + 5, date.day_of_month);
        std::memcpy(text + 8, &kMonths[std::size_t{3} * (date.month - 1)], 3);
        write_digits<4>(text + 12, date.year);
        put_time_of_day(text + 17, date.second_of_day);
        last.second = second;
    }
    std::memcpy(to, last.text.data(), kRfc1123Length);
    return to + kRfc1123Length;
}

void append_rfc1123(std::string& to, Instant when) {
    std::array<char, kRfc1123Length> text;
    put_rfc1123(text.data(), when);
    to.append(text.data(), text.size());
}

std::string format_rfc1123(Instant when) {
    std::string text;
    append_rfc1123(text, when);
    return text;
}

std::optional<Instant> parse_rfc1123(std::string_view text) {
    Scanner scan(text);
    const unsigned weekday = scan.three_letters(kWeekdays);
    scan.expect(", ");
    const int day = scan.digits(2, 31);
    scan.expect(" ");
    const unsigned month = scan.three_letters(kMonths) + 1;
    scan.expect(" ");
    const int year = scan.digits(4, 9999);
    scan.expect(" ");
    const int hour = scan.digits(2, 23);
    scan.expect(":");
    const int minute = scan.digits(2, 59);
    scan.expect(":");
    const int second = scan.digits(2, 59);
    scan.expect(" GMT");
    const auto date = calendar(year, month, day);
    if (!scan.right_to_the_end() || !exists(date)) return std::nullopt;
    if (std::chrono::weekday(date).c_encoding() != weekday) return std::nullopt;
    return std::chrono::sys_days(date) + hours(hour) + minutes(minute) + seconds(second);
}

void append_iso8601(std::string& to, Instant when) {
    const Date date = split(when);
    const std::size_t start = to.size();
    to += "0000-00-00T00:00:00.0000000Z";
    char* const text = to.data() + start;
    write_digits<4>(&text[0], date.year);
    write_digits<2>(&text[5], date.month);
    write_digits<2>(&text[8], date.day_of_month);
    put_time_of_day(&text[11], date.second_of_day);
    write_digits<7>(&text[20], date.ticks);
}

std::string format_iso8601(Instant when) {
    std::string text;
    append_iso8601(text, when);
    return text;
}

std::optional<Instant> parse_iso8601(std::string_view text) {
    Scanner scan(text);
    const int year = scan.digits(4, 9999);
    scan.expect("-");
    const int month = scan.digits(2, 12);
    scan.expect("-");
    const int day = scan.digits(2, 31);
    const auto date = calendar(year, static_cast<unsigned>(month), day);
    Ticks time{0};
    if (!scan.at_end()) {
        scan.expect("T");
        time += hours(scan.digits(2, 23));
        scan.expect(":");
        time += minutes(scan.digits(2, 59));
        if (scan.next_is(':')) {
            scan.expect(":");
            time += seconds(scan.digits(2, 59));
            if (scan.next_is('.')) {
                scan.expect(".");
                const std::size_t found = scan.rest().find_first_not_of("0123456789");
                const std::size_t width = found == std::string_view::npos ? scan.rest().size() : found;
                if (width < 1 || width > 7) return std::nullopt;
                int fraction = scan.digits(width, 9'999'999);
                for (std::size_t i = width; i < 7; ++i) fraction *= 10;
                time += Ticks(fraction);
            }
        }
        if (scan.next_is('+') || scan.next_is('-')) {
            const int sign = scan.next_is('+') ? 1 : -1;
            scan.expect(sign > 0 ? "+" : "-");
            time -= sign * hours(scan.digits(2, 14));  // no zone of the world is further off
            scan.expect(":");
            time -= sign * minutes(scan.digits(2, 59));
        } else {
            scan.expect("Z");
        }
    }
    if (!scan.right_to_the_end() || !exists(date)) return std::nullopt;
    // An offset must not lead out of the years that can be written.
    const Instant when = std::chrono::sys_days(date) + time;
    const auto year_in_utc = std::chrono::year_month_day(std::chrono::floor<days>(when)).year();
    if (year_in_utc < std::chrono::year(1) || year_in_utc > std::chrono::year(9999)) return std::nullopt;
    return when;
}

}  // namespace lazulite
