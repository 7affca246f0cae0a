#include "variables.hpp"

#include <charconv>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "text.hpp"

namespace wire_tests {
namespace {

bool starts_name(char c) { return c >= 'a' && c <= 'z'; }
bool continues_name(char c) { return starts_name(c) || (c >= '0' && c <= '9') || c == '_'; }

std::optional<long> number(std::string_view text) {
    long value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Piece {
    std::string text;
    bool unknown = false;
};

/// `"text"` or `"text"*N` at the beginning of `text`, closed by a brace; `length` is all of it.
std::optional<std::string> quoted(std::string_view text, std::size_t& length) {
    std::size_t end = 1;
    while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
    if (end >= text.size()) return std::nullopt;
    const std::size_t brace = text.find('}', end);
    if (brace == std::string_view::npos) return std::nullopt;
    const std::string_view tail = text.substr(end + 1, brace - end - 1);
    long times = 1;
    if (!tail.empty()) {
        const auto given = tail.front() == '*' ? number(tail.substr(1)) : std::nullopt;
        if (!given) return std::nullopt;
        times = *given;
    }
    const std::string once = unescape(text.substr(1, end - 1));
    std::string all;
    all.reserve(once.size() * static_cast<std::size_t>(times));
    for (long i = 0; i < times; ++i) all += once;
    length = brace + 1;
    return all;
}

bool match_pieces(std::span<const Piece> pieces, std::string_view actual, std::vector<std::string>& taken) {
    if (pieces.empty()) return actual.empty();
    const Piece& piece = pieces.front();
    if (!piece.unknown) {
        return actual.starts_with(piece.text) && match_pieces(pieces.subspan(1), actual.substr(piece.text.size()), taken);
    }
    for (std::size_t length = 1; length <= actual.size(); ++length) {
        taken.emplace_back(actual.substr(0, length));
        if (match_pieces(pieces.subspan(1), actual.substr(length), taken)) return true;
        taken.pop_back();
    }
    return false;
}

}  // namespace

void Variables::parse(std::string_view text, const std::function<void(std::string)>& literal,
                      const std::function<void(std::string)>& unknown) const {
    std::string plain;
    while (!text.empty()) {
        const std::size_t brace = text.find('{');
        plain += text.substr(0, brace);
        if (brace == std::string_view::npos) break;
        text.remove_prefix(brace + 1);
        std::size_t length = 0;
        if (text.starts_with('"')) {
            if (const auto inserted = quoted(text, length)) {
                plain += *inserted;
                text.remove_prefix(length);
                continue;
            }
        }
        std::size_t end = 0;
        while (end < text.size() && (end == 0 ? starts_name(text[0]) : continues_name(text[end]))) ++end;
        const std::size_t close = std::min(text.find('}'), text.size());
        const std::string_view shift = text.substr(end, close - end);
        const bool encoded = shift == "%";
        const auto seconds = shift.starts_with('+') ? number(shift.substr(1)) : number(shift);
        if (end == 0 || close == text.size() || (!shift.empty() && !seconds && !encoded)) {
            plain += '{';
            continue;
        }
        const std::string name(text.substr(0, end));
        text.remove_prefix(close + 1);
        const auto found = values_.find(name);
        if (found != values_.end()) {
            std::optional<std::string> value = found->second;
            if (encoded) value = percent_encode(*value);
            else if (seconds) value = moved(*value, *seconds);
            if (!value) throw std::runtime_error("{" + name + "} is no date: " + found->second);
            plain += *value;
        } else {
            literal(std::move(plain));
            plain.clear();
            unknown(name);
        }
    }
    literal(std::move(plain));
}

std::string Variables::expand(std::string_view text) const {
    std::string expanded;
    parse(
        text, [&](const std::string& literal) { expanded += literal; },
        [](const std::string& name) { throw std::runtime_error("nothing is stored as {" + name + "}"); });
    return expanded;
}

std::string Variables::expand_known(std::string_view text) const {
    std::string expanded;
    parse(
        text, [&](const std::string& literal) { expanded += literal; },
        [&](const std::string& name) { expanded += "{" + name + "}"; });
    return expanded;
}

bool Variables::match(std::string_view pattern, std::string_view actual) {
    std::vector<Piece> pieces;
    std::vector<std::string> names;
    parse(
        pattern,
        [&](std::string literal) {
            if (!literal.empty()) pieces.push_back({std::move(literal), false});
        },
        [&](const std::string& name) {
            pieces.push_back({{}, true});
            names.push_back(name);
        });
    std::vector<std::string> taken;
    if (!match_pieces(pieces, actual, taken)) return false;
    for (std::size_t i = 0; i < names.size(); ++i) values_[names[i]] = taken[i];
    return true;
}

}  // namespace wire_tests
