#include "lease/lease_id.hpp"

#include <optional>

#include "base/ids.hpp"
#include "base/text.hpp"

namespace lazulite {
namespace {

int digit_of(char c) {
    c = ascii_lower(c);
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Digits, one after the other, into bytes.
class GuidDigits {
  public:
    [[nodiscard]] bool add(std::string_view digits) {
        for (const char c : digits) {
            const int value = digit_of(c);
            if (value < 0 || count_ == 2 * id_.bytes.size()) return false;
            std::uint8_t& byte = id_.bytes[count_++ / 2];
            byte = static_cast<std::uint8_t>(byte << 4 | value);
        }
        return true;
    }
    /// A number of at most `most` digits, which stands for that many.
    [[nodiscard]] bool add_number(std::string_view digits, std::size_t most) {
        if (digits.empty() || digits.size() > most) return false;
        return add(std::string_view("00000000").substr(0, most - digits.size())) && add(digits);
    }
    [[nodiscard]] std::optional<LeaseId> finish() const {
        if (count_ != 2 * id_.bytes.size()) return std::nullopt;
        return id_;
    }

  private:
    LeaseId id_;
    std::size_t count_ = 0;
};

std::optional<LeaseId> parse_digits(std::string_view text) {
    GuidDigits digits;
    if (!digits.add(text)) return std::nullopt;
    return digits.finish();
}

std::optional<LeaseId> parse_dashed(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    GuidDigits digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !digits.add(text.substr(i, 1))) return std::nullopt;
    }
    return digits.finish();
}

bool skip(std::string_view& text, std::string_view expected) {
    if (!starts_with_ignoring_case(text, expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

/// `{0xdddddddd,0xdddd,0xdddd,{0xdd,0xdd,0xdd,0xdd,0xdd,0xdd,0xdd,0xdd}}`
std::optional<LeaseId> parse_numbers(std::string_view text) {
    GuidDigits digits;
    for (std::size_t number = 0; number < 11; ++number) {
        if (!skip(text, number == 0 ? "{0x" : number == 3 ? ",{0x" : ",0x")) return std::nullopt;
        const std::string_view value = text.substr(0, text.find_first_of(",}"));
        if (!digits.add_number(value, number == 0 ? 8 : number < 3 ? 4 : 2)) return std::nullopt;
        text.remove_prefix(value.size());
    }
    if (text != "}}") return std::nullopt;
    return digits.finish();
}

std::optional<LeaseId> parse_any(std::string_view text) {
    if (text.size() == 32) return parse_digits(text);
    if (text.size() == 38 && ((text.front() == '{' && text.back() == '}') || (text.front() == '(' && text.back() == ')'))) {
        return parse_dashed(text.substr(1, 36));
    }
    return text.size() == 36 ? parse_dashed(text) : parse_numbers(text);
}

}  // namespace

LeaseId LeaseId::random() { return {Guid::random().bytes}; }

std::string LeaseId::text() const { return Guid{bytes}.text(); }

bool parse_value(std::string_view text, LeaseId& id) {
    const auto parsed = parse_any(text);
    if (parsed) id = *parsed;
    return parsed.has_value();
}

void append_value(std::string& to, const LeaseId& id) { to += id.text(); }

}  // namespace lazulite
