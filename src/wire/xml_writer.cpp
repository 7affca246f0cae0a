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

/// Eight bytes at once: none below 0x20 (that would borrow into its high bit), none from 0x80 on.
bool all_printable_ascii(const char* eight) {
    std::uint64_t word = 0;
    std::memcpy(&word, eight, sizeof word);
    return (((word - 0x2020202020202020) | word) & 0x8080808080808080) == 0;
}

bool needs_care(char c, bool in_attribute) {
    const Kind kind = kind_of(c);
    return kind != Kind::plain && (kind != Kind::attribute || in_attribute);
}

/// How many characters stand before the first that may need an escape.
std::size_t plain_prefix(std::string_view text, bool in_attribute) {
    std::size_t at = 0;
    while (at < text.size() && !needs_care(text[at], in_attribute)) ++at;
    return at;
}

char* copy(char* to, std::string_view text) {
    std::memcpy(to, text.data(), text.size());
    return to + text.size();
}

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

XmlWriter::XmlWriter(std::size_t expected_bytes) : text_(expected_bytes, '\0') {
    put(R"(<?xml version="1.0" encoding="utf-8"?>)");
}

/// Where to write next, with place for that many bytes.
char* XmlWriter::room(std::size_t bytes) {
    if (text_.size() - length_ < bytes) text_.resize(std::max(text_.size() * 2, length_ + bytes));
    return text_.data() + length_;
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
    put("<");
    put(name);
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
    if (attributes.size() == 0 && !text.empty() && plain_prefix(text, false) == text.size()) {  // nearly all of them
        const std::size_t bytes = name.size() * 2 + text.size() + 5;
        char* at = room(bytes);
        *at++ = '<';
        at = copy(at, name);
        *at++ = '>';
        at = copy(at, text);
        at = copy(at, "</");
        at = copy(at, name);
        *at = '>';
        length_ += bytes;
        return;
    }
    put_start(name, attributes);
    if (text.empty()) return put(" />");
    put(">");
    put_escaped(text, false);
    put("</");
    put(name);
    put(">");
}

void XmlWriter::encoded_element(std::string_view name, std::string_view text) {
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
