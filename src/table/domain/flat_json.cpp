#include "table/domain/flat_json.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/text.hpp"
#include "table/domain/json_bytes.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kUsualMembers = 32;

void append_code_point(std::string& to, unsigned point) {
    const auto byte = [&to](unsigned value) { to += static_cast<char>(value); };
    const auto rest = [&](int shift) { byte(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) return byte(point);
    if (point < 0x800) {
        byte(0xC0 | point >> 6);
    } else {
        if (point < 0x10000) {
            byte(0xE0 | point >> 12);
        } else {
            byte(0xF0 | point >> 18);
            rest(12);
        }
        rest(6);
    }
    rest(0);
}

}  // namespace

FlatJson::Outcome FlatJson::parse(std::string_view text) {
    text_ = text;
    members_.reserve(kUsualMembers);
    skip("\xEF\xBB\xBF");
    skip_blanks();
    if (!skip('{') || !parse_members()) return nested_ ? Outcome::nested : Outcome::malformed;
    skip_blanks();
    return at_ == text_.size() ? Outcome::object : Outcome::malformed;
}

/// From behind the opening brace to behind the closing one.
bool FlatJson::parse_members() {
    skip_blanks();
    if (skip('}')) return true;
    while (true) {
        JsonMember member;
        skip_blanks();
        if (!parse_text(member.name)) return false;
        skip_blanks();
        if (!skip(':')) return false;
        skip_blanks();
        if (!parse_value(member)) return false;
        members_.push_back(member);
        skip_blanks();
        if (skip('}')) return true;
        if (!skip(',')) return false;
    }
}

bool FlatJson::parse_value(JsonMember& member) {
    nested_ = at('{') || at('[');
    if (at('"')) return parse_text(member.value.emplace<std::string_view>());
    if (skip("null")) return true;
    if (skip("true")) {
        member.value = true;
        return true;
    }
    if (skip("false")) {
        member.value = false;
        return true;
    }
    return parse_number(member);
}

bool FlatJson::parse_text(std::string_view& text) {
    if (!skip('"')) return false;
    const std::size_t begin = at_;
    if (!skip_characters()) return false;
    text = text_.substr(begin, at_ - begin);
    if (skip('"')) return true;
    std::string& whole = unescaped_.emplace_front(text);
    if (!parse_escaped(whole)) return false;
    text = whole;
    return true;
}

/// The rest of a text, from its first escape on.
bool FlatJson::parse_escaped(std::string& text) {
    while (skip('\\')) {
        if (!parse_escape(text)) return false;
        const std::size_t begin = at_;
        if (!skip_characters()) return false;
        text.append(text_.substr(begin, at_ - begin));
    }
    return skip('"');
}

/// Up to the quote or the escape that follows what stands for itself; false where neither follows.
bool FlatJson::skip_characters() {
    while (at_ < text_.size()) {
        if (text_.size() - at_ >= sizeof(EightBytes)) {
            const EightBytes eight = eight_bytes(text_.data() + at_);
            const EightBytes stops = first_escape(eight) | (eight & kHighBits);
            at_ += static_cast<std::size_t>(std::countr_zero(stops)) / 8;
            if (stops == 0) continue;
        }
        const char c = text_[at_];
        if (c == '"' || c == '\\') return true;
        if (static_cast<unsigned char>(c) < 0x20) return false;
        const std::size_t length = static_cast<unsigned char>(c) < 0x80 ? 1 : utf8_sequence_length(text_, at_);
        if (length == 0) return false;
        at_ += length;
    }
    return false;
}

/// Behind the backslash.
bool FlatJson::parse_escape(std::string& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    if (at_ == text_.size()) return false;
    const char name = text_[at_++];
    if (const std::size_t known = kNames.find(name); known != std::string_view::npos) {
        text += kMeant[known];
        return true;
    }
    unsigned unit = 0;
    if (name != 'u' || !parse_unit(unit)) return false;
    if (unit >= 0xD800 && unit < 0xDC00) {
        unsigned low = 0;
        if (!skip("\\u") || !parse_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
        unit = 0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
    } else if (unit >= 0xDC00 && unit < 0xE000) {
        return false;
    }
    append_code_point(text, unit);
    return true;
}

/// Four hexadecimal digits.
bool FlatJson::parse_unit(unsigned& unit) {
    const std::string_view digits = text_.substr(at_, 4);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (problem != std::errc() || end != digits.data() + 4) return false;
    at_ += 4;
    return true;
}

bool FlatJson::parse_number(JsonMember& member) {
    const std::size_t begin = at_;
    skip('-');
    if (!skip('0') && !skip_digits()) return false;
    bool whole = true;
    if (skip('.')) {
        whole = false;
        if (!skip_digits()) return false;
    }
    if (skip('e') || skip('E')) {
        whole = false;
        if (!skip('-')) skip('+');
        if (!skip_digits()) return false;
    }
    const std::string_view digits = text_.substr(begin, at_ - begin);
    if (whole) {
        if (const auto number = lazulite::parse_number<std::int64_t>(digits)) {
            member.value = *number;
            return true;
        }
    }
    double real = 0;
    if (const auto number = lazulite::parse_number<double>(digits)) real = *number;
    else real = std::strtod(std::string(digits).c_str(), nullptr);  // too large, or so small that it is zero
    member.value = real;
    return std::isfinite(real);
}

/// At least one.
bool FlatJson::skip_digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ != begin;
}

void FlatJson::skip_blanks() {
    if (at_ < text_.size() && text_[at_] > ' ') return;
    while (at(' ') || at('\n') || at('\r') || at('\t')) ++at_;
}

bool FlatJson::skip(char c) {
    if (!at(c)) return false;
    ++at_;
    return true;
}

bool FlatJson::skip(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
}

}  // namespace lazulite::table
