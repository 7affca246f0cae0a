#include "blob/query/text.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite::blob::query {
namespace {

std::size_t length_at(std::string_view text, std::size_t at) {
    return std::max<std::size_t>(utf8_sequence_length(text, at), 1);
}
std::string_view character_at(std::string_view text, std::size_t at) {
    return text.substr(at, length_at(text, at));
}

/// A letter of two bytes in the other case.
unsigned other_case(unsigned letter, bool upper) {
    const auto within = [letter](unsigned first, unsigned last) { return letter >= first && letter <= last; };
    // Ranges that stand `distance` behind their capitals.
    const auto moved = [&](unsigned first, unsigned last, unsigned distance) -> unsigned {
        if (upper && within(first + distance, last + distance)) return letter - distance;
        if (!upper && within(first, last)) return letter + distance;
        return letter;
    };
    if (letter == 0xd7 || letter == 0xf7 || letter == 0x3a2) return letter;  // signs among letters, and a gap
    if (within(0xc0, 0xfe)) return moved(0xc0, 0xde, 0x20);
    if (upper && letter == 0xff) return 0x178;
    if (!upper && letter == 0x178) return 0xff;
    // Pairs that stand side by side, the capital at an even or at an odd place.
    if (within(0x100, 0x12f) || within(0x132, 0x137) || within(0x14a, 0x177)) return upper ? letter & ~1U : letter | 1U;
    if (within(0x139, 0x148) || within(0x179, 0x17e)) return upper ? (letter - 1) | 1U : (letter + 1) & ~1U;
    if (upper && letter == 0x3c2) return 0x3a3;  // the sigma at the end of a word
    if (within(0x391, 0x3cb)) return moved(0x391, 0x3ab, 0x20);
    if (within(0x410, 0x44f)) return moved(0x410, 0x42f, 0x20);
    if (within(0x400, 0x45f)) return moved(0x400, 0x40f, 0x50);
    return letter;
}

}  // namespace

std::size_t character_count(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += length_at(text, at)) ++count;
    return count;
}

std::string_view substring(std::string_view text, std::int64_t start, std::int64_t count) {
    if (start < 0) {
        count = count < -start ? 0 : count + start;
        start = 0;
    }
    std::size_t begin = 0;
    for (; start > 0 && begin < text.size(); --start) begin += length_at(text, begin);
    std::size_t end = begin;
    for (; count > 0 && end < text.size(); --count) end += length_at(text, end);
    return text.substr(begin, end - begin);
}

std::string to_case(std::string_view text, bool upper) {
    std::string changed;
    changed.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view letter = character_at(text, at);
        at += letter.size();
        const char c = letter.front();
        if (letter.size() == 1) {
            const bool letter_of_case = upper ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
            changed.push_back(letter_of_case ? static_cast<char>(c ^ 0x20) : c);
        } else if (letter.size() == 2) {
            const unsigned code =
                (static_cast<unsigned char>(c) & 0x1fU) << 6 | (static_cast<unsigned char>(letter[1]) & 0x3fU);
            const unsigned other = other_case(code, upper);
            changed.push_back(static_cast<char>(0xc0U | other >> 6));
            changed.push_back(static_cast<char>(0x80U | (other & 0x3fU)));
        } else {
            changed.append(letter);
        }
    }
    return changed;
}

std::string_view trimmed(std::string_view text, std::string_view characters, bool front, bool back) {
    const auto in_set = [characters](std::string_view wanted) {
        for (std::size_t at = 0; at < characters.size(); at += length_at(characters, at)) {
            if (character_at(characters, at) == wanted) return true;
        }
        return false;
    };
    while (front && !text.empty() && in_set(character_at(text, 0))) text.remove_prefix(length_at(text, 0));
    while (back && !text.empty()) {
        std::size_t last = text.size() - 1;
        while (last > 0 && text.size() - last < 4 && (static_cast<unsigned char>(text[last]) & 0xc0U) == 0x80U) --last;
        if (last + length_at(text, last) != text.size()) last = text.size() - 1;
        if (!in_set(text.substr(last))) break;
        text.remove_suffix(text.size() - last);
    }
    return text;
}

bool is_like(std::string_view text, std::string_view pattern, std::string_view escape) {
    std::size_t t = 0;
    std::size_t p = 0;
    // Where to go on when what follows the last % does not fit: with that % taking one character more.
    std::size_t behind_any = std::string_view::npos;
    std::size_t retry = 0;
    for (;;) {
        if (p < pattern.size()) {
            std::string_view wanted = character_at(pattern, p);
            std::size_t next = p + wanted.size();
            const bool escaped = !escape.empty() && wanted == escape && next < pattern.size();
            if (escaped) {
                wanted = character_at(pattern, next);
                next += wanted.size();
            }
            if (!escaped && wanted == "%") {
                behind_any = p = next;
                retry = t;
                continue;
            }
            if (t < text.size() && ((!escaped && wanted == "_") || wanted == character_at(text, t))) {
                t += length_at(text, t);
                p = next;
                continue;
            }
        } else if (t == text.size()) {
            return true;
        }
        if (behind_any == std::string_view::npos || retry >= text.size()) return false;
        retry += length_at(text, retry);
        t = retry;
        p = behind_any;
    }
}

}  // namespace lazulite::blob::query
