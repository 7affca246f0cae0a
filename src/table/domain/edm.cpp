#include "table/domain/edm.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/text.hpp"
#include "base/text_writers.hpp"

namespace lazulite::table {
namespace {

constexpr std::int64_t kTicksPerSecond = 10'000'000;
constexpr int kFirstYear = 1601;

/// U+E000 to U+FFFF behind all that is beyond.
int leading_byte_rank(unsigned char c) { return c == 0xEE || c == 0xEF ? 0x100 + c : c; }

std::partial_ordering as_partial(std::strong_ordering order) { return order; }

/// Reads forms from front to back; anything that does not fit makes it bad for good.
class Scanner {
  public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] bool done() const { return rest_.empty(); }
    [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
    [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    bool skip(char c) {
        if (!at(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char c) {
        if (!skip(c)) ok_ = false;
    }
    int digit() {
        if (!at_digit()) {
            ok_ = false;
            return 0;
        }
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }
    int number(int digits) {
        int value = 0;
        for (int i = 0; i < digits; ++i) value = value * 10 + digit();
        return value;
    }

  private:
    std::string_view rest_;
    bool ok_ = true;
};

/// Ticks of a fraction of a second.
std::int64_t fraction(Scanner& in) {
    if (!in.at_digit()) in.expect('0');
    std::int64_t ticks = 0;
    std::int64_t weight = kTicksPerSecond / 10;
    while (in.at_digit()) {
        ticks += in.digit() * weight;
        weight /= 10;
    }
    return ticks;
}

/// Seconds east of UTC.
std::int64_t zone(Scanner& in) {
    if (in.done() || in.skip('Z') || in.skip('z')) return 0;
    const bool west = in.at('-');
    if (!in.skip('-')) in.expect('+');
    const int hours = in.number(2);
    in.expect(':');
    const std::int64_t seconds = std::int64_t{hours} * 3600 + std::int64_t{in.number(2)} * 60;
    return west ? -seconds : seconds;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

std::strong_ordering compare_utf16(std::string_view a, std::string_view b) {
    const std::size_t shorter = std::min(a.size(), b.size());
    for (std::size_t i = 0; i < shorter; ++i) {
        if (a[i] == b[i]) continue;
        const auto left = static_cast<unsigned char>(a[i]);
        const auto right = static_cast<unsigned char>(b[i]);
        return leading_byte_rank(left) <=> leading_byte_rank(right);
    }
    return a.size() <=> b.size();
}

bool comparable(EdmType property, EdmType literal) {
    const bool number = property == EdmType::int64 || property == EdmType::real;
    return property == literal || (literal == EdmType::int32 && number);
}

std::partial_ordering compare(const EdmValue& property, const EdmValue& literal) {
    if (!comparable(property.type, literal.type)) return std::partial_ordering::unordered;
    switch (property.type) {
        case EdmType::string: return as_partial(compare_utf16(property.bytes, literal.bytes));
        case EdmType::guid:
        case EdmType::binary: return as_partial(property.bytes <=> literal.bytes);
        case EdmType::real:
            return property.real <=>
                   (literal.type == EdmType::real ? literal.real : static_cast<double>(literal.integer));
        case EdmType::int32:
        case EdmType::int64:
        case EdmType::boolean:
        case EdmType::date_time: return as_partial(property.integer <=> literal.integer);
    }
    return std::partial_ordering::unordered;
}

Result<std::int64_t> parse_date_time(std::string_view text) {
    Scanner in(text);
    const int year = in.number(4);
    in.expect('-');
    const int month = in.number(2);
    in.expect('-');
    const int day = in.number(2);
    int hour = 0;
    int minute = 0;
    int second = 0;
    std::int64_t ticks = 0;
    std::int64_t east = 0;
    if (!in.done()) {
        in.expect('T');
        hour = in.number(2);
        in.expect(':');
        minute = in.number(2);
        if (in.skip(':')) second = in.number(2);
        if (in.skip('.')) ticks = fraction(in);
        east = zone(in);
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!in.ok() || !in.done() || !date.ok() || hour > 23 || minute > 59 || second > 59) {
        return fail(ErrorCode::invalid_input);
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - east;
    constexpr auto kFirst =
        std::chrono::sys_days(std::chrono::year(kFirstYear) / 1 / 1).time_since_epoch().count() * 86400;
    constexpr auto kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1).time_since_epoch().count() * 86400;
    if (seconds < kFirst || seconds >= kEnd) return fail(ErrorCode::out_of_range_input);
    return seconds * kTicksPerSecond + ticks;
}

char* write_date_time(char* to, std::int64_t ticks) {
    const Instant when = instant_of(ticks);
    const auto midnight = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date(midnight);
    const std::int64_t rest = (when - midnight).count();
    const auto seconds = static_cast<unsigned>(rest / kTicksPerSecond);
    const auto part = static_cast<unsigned>(rest % kTicksPerSecond);
    char* at = write_digits<4>(to, static_cast<unsigned>(static_cast<int>(date.year())));
    *at++ = '-';
    at = write_digits<2>(at, static_cast<unsigned>(date.month()));
    *at++ = '-';
    at = write_digits<2>(at, static_cast<unsigned>(date.day()));
    *at++ = 'T';
    at = write_digits<2>(at, seconds / 3600);
    *at++ = ':';
    at = write_digits<2>(at, seconds / 60 % 60);
    *at++ = ':';
    at = write_digits<2>(at, seconds % 60);
    if (part != 0) {
        *at++ = '.';
        at = write_digits<7>(at, part);
        while (at[-1] == '0') --at;
    }
    *at++ = 'Z';
    return at;
}

void append_date_time(std::string& to, std::int64_t ticks) {
    std::array<char, kLongestValueText> text;
    to.append(text.data(), write_date_time(text.data(), ticks));
}

std::optional<std::string> parse_guid(std::string_view text) {
    if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
    const bool hyphens = text.size() == 36;
    if (!hyphens && text.size() != 32) return std::nullopt;
    std::string bytes;
    int high = -1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (hyphens && (i == 8 || i == 13 || i == 18 || i == 23)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const int digit = hex_digit(text[i]);
        if (digit < 0) return std::nullopt;
        if (high < 0) {
            high = digit;
        } else {
            bytes.push_back(static_cast<char>(high << 4 | digit));
            high = -1;
        }
    }
    return bytes;
}

char* write_guid(char* to, std::string_view bytes) {
    for (std::size_t i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
        to = write_hex(to, static_cast<unsigned char>(bytes[i]));
    }
    return to;
}

std::optional<double> parse_real(std::string_view text) {
    if (text == "NaN") return std::nan("");
    if (text == "Infinity" || text == "INF") return HUGE_VAL;
    if (text == "-Infinity" || text == "-INF") return -HUGE_VAL;
    // from_chars also knows words.
    if (text.find_first_not_of("0123456789+-.eE") != std::string_view::npos) return std::nullopt;
    if (text.starts_with('+')) text.remove_prefix(1);
    return parse_number<double>(text);
}

namespace {

/// A number with few decimals as std::to_chars writes it, many times faster; null for any other. Below 10^15 there is one
/// decimal number of so many digits for a double at most: if it is met, it is the shortest.
char* write_few_decimals(char* to, double value) {
    constexpr double kMost = 1e9;
    const double size = std::fabs(value);
    if (!(size >= 1 && size < kMost) || std::trunc(size) == size) return nullptr;
    std::uint64_t weight = 10;
    for (int decimals = 1; decimals <= 4; ++decimals, weight *= 10) {
        const double by = static_cast<double>(weight);
        const auto scaled = static_cast<std::uint64_t>(size * by + 0.5);
        if (static_cast<double>(scaled) / by != size) continue;
        if (value < 0) *to++ = '-';
        to = std::to_chars(to, to + kLongestValueText, scaled / weight).ptr;
        *to++ = '.';
        std::uint64_t rest = scaled % weight;
        for (char* at = to + decimals; at != to; rest /= 10) *--at = static_cast<char>('0' + rest % 10);
        return to + decimals;
    }
    return nullptr;
}

}  // namespace

char* write_real(char* to, double value) {
    if (char* const end = write_few_decimals(to, value)) return end;
    const auto word = [to](std::string_view text) { return std::copy(text.begin(), text.end(), to); };
    if (std::isnan(value)) return word("NaN");
    if (std::isinf(value)) return word(value < 0 ? "-Infinity" : "Infinity");
    char* const end = std::to_chars(to, to + kLongestValueText, value).ptr;
    const std::string_view text(to, static_cast<std::size_t>(end - to));
    if (text.find_first_of(".e") != std::string_view::npos) return end;
    end[0] = '.';
    end[1] = '0';
    return end + 2;
}

}  // namespace lazulite::table
