#include "wire/xml_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "wire/uri.hpp"

namespace lazulite {
namespace {

enum class Kind : std::uint8_t {
    plain,
    markup,     ///< & < >, and CR, which a reader would turn into LF
    attribute,  ///< " TAB LF: special inside an attribute value only
    illegal,
    multibyte,
};

constexpr auto kKinds = [] {
    std::array<Kind, 256> kinds{};
    for (std::size_t c = 0; c < 0x20; ++c) kinds[c] = Kind::illegal;
    for (std::size_t c = 0x80; c < 0x100; ++c) kinds[c] = Kind::multibyte;
    for (const unsigned char c : {'&', '<', '>', '\r'}) kinds[c] = Kind::markup;
    for (const unsigned char c : {'"', '\t', '\n'}) kinds[c] = Kind::attribute;
    return kinds;
}();

Kind kind_of(char c) {
    return kKinds[static_cast<unsigned char>(c)];
}

std::string_view escape_of(char c) {
    switch (c) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '"':
            return "&quot;";
        case '\r':
            return "&#xD;";
        case '\n':
            return "&#xA;";
        case '\t':
            return "&#x9;";
        default:
            return {};
    }
}

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

/// Length of the legal character beyond ASCII that starts at `at`, or 0.
std::size_t legal_multibyte(std::string_view text, std::size_t at) {
    const std::size_t length = utf8_sequence_length(text, at);
    const std::string_view character = text.substr(at, length);
    return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF" ? 0 : length;
}

constexpr std::uint64_t kLowBits = 0x0101010101010101;
constexpr std::uint64_t kHighBits = kLowBits * 0x80;

std::uint64_t word_at(const char* eight) {
    std::uint64_t word = 0;
    std::memcpy(&word, eight, sizeof word);
    return word;
}

/// A high bit where one of eight bytes is below 0x20 (that borrows into it), or from 0x80 on.
std::uint64_t unprintable(std::uint64_t word) {
    return ((word - kLowBits * 0x20) | word) & kHighBits;
}

/// The same for & < > among printable bytes: what differs from them in no bit borrows.
std::uint64_t markup(std::uint64_t word) {
    const auto is = [word](char c) { return (word ^ kLowBits * static_cast<unsigned char>(c)) - kLowBits; };
    return (is('&') | is('<') | is('>')) & kHighBits;
}

bool all_printable_ascii(const char* eight) {
    return unprintable(word_at(eight)) == 0;
}

bool all_plain(const char* eight) {
    const std::uint64_t word = word_at(eight);
    return (unprintable(word) | markup(word)) == 0;
}

bool needs_care(char c, bool in_attribute) {
    const Kind kind = kind_of(c);
    return kind != Kind::plain && (kind != Kind::attribute || in_attribute);
}

/// How many characters stand before the first that may need an escape.
std::size_t plain_prefix(std::string_view text, bool in_attribute) {
    std::size_t at = 0;
    while (!in_attribute && text.size() - at >= 8 && all_plain(&text[at])) at += 8;
    while (at < text.size() && !needs_care(text[at], in_attribute)) ++at;
    return at;
}

/// So much is made ready at a time: cheap to fill, and still in the cache when it is written.
constexpr std::size_t kStep = 1024;

}  // namespace

bool legal_in_xml(std::string_view utf8) {
    return first_illegal_in_xml(utf8) == std::string_view::npos;
}

std::size_t first_illegal_in_xml(std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();) {
        if (utf8.size() - at >= 8 && all_printable_ascii(&utf8[at])) {
            at += 8;
            continue;
        }
        const Kind kind = kind_of(utf8[at]);
        const std::size_t length = kind == Kind::multibyte ? legal_multibyte(utf8, at) : 1;
        if (kind == Kind::illegal || length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

XmlWriter::XmlWriter(std::size_t expected_bytes) {
    text_.reserve(expected_bytes);
    put(R"(<?xml version="1.0" encoding="utf-8"?>)");
}

void XmlWriter::grow(std::size_t bytes) {
    text_.resize(std::max(length_ + bytes, std::min(length_ + kStep, text_.capacity())));
}

/// The last eight bytes are looked at together, some of them once more.
bool XmlWriter::is_plain(std::string_view text) {
    if (text.size() < 8) return plain_prefix(text, false) == text.size();
    const std::size_t last = text.size() - 8;
    for (std::size_t at = 0; at < last; at += 8) {
        if (!all_plain(&text[at])) return false;
    }
    return all_plain(&text[last]);
}

void XmlWriter::put(std::string_view text) {
    copy(room(text.size()), text);
    length_ += text.size();
}

void XmlWriter::put_escaped(std::string_view text, bool in_attribute) {
    while (!text.empty()) {
        std::size_t length = plain_prefix(text, in_attribute);
        if (length == 0) {
            const Kind kind = kind_of(text.front());
            length = kind == Kind::multibyte ? legal_multibyte(text, 0) : 0;
            if (length == 0) {
                put(kind == Kind::markup || kind == Kind::attribute ? escape_of(text.front()) : kReplacement);
                text.remove_prefix(std::max<std::size_t>(1, utf8_sequence_length(text, 0)));
                continue;
            }
        }
        put(text.substr(0, length));
        text.remove_prefix(length);
    }
}

void XmlWriter::put_start(std::string_view name, Attributes attributes) {
    char* const at = room(name.size() + 1);
    *at = '<';
    copy(at + 1, name);
    length_ += name.size() + 1;
    for (const Attribute& attribute : attributes) {
        put(" ");
        put(attribute.name);
        put("=\"");
        put_escaped(attribute.value, true);
        put("\"");
    }
}

void XmlWriter::open(std::string_view name, Attributes attributes) {
    const std::size_t start = length_ + 1;
    put_start(name, attributes);
    put(">");
    open_.push_back({start, name.size(), length_});
}

void XmlWriter::close() {
    assert(!open_.empty());
    const Open element = open_.back();
    open_.pop_back();
    if (length_ == element.content) {
        --length_;  // the '>' of the start tag
        put(" />");
        return;
    }
    char* at = room(element.name_length + 3);
    at = copy(at, "</");
    at = copy(at, std::string_view(text_).substr(element.name, element.name_length));
    *at = '>';
    length_ += element.name_length + 3;
}

void XmlWriter::element(std::string_view name, std::string_view text, Attributes attributes) {
    put_start(name, attributes);
    if (text.empty()) return put(" />");
    put(">");
    put_escaped(text, false);
    put("</");
    put(name);
    put(">");
}

void XmlWriter::encoded_element(std::string_view name, std::string_view text) {
    if (!text.empty() && is_plain(text)) return plain_element(name, text);
    if (legal_in_xml(text)) {
        element(name, text);
    } else {
        element(name, percent_encode(text, "/"), {{"Encoded", "true"}});
    }
}

std::string XmlWriter::take() {
    assert(open_.empty());
    text_.resize(length_);
    return std::move(text_);
}

}  // namespace lazulite
