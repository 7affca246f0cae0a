#pragma once

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace lazulite {

/// True when every character may stand in an XML 1.0 document: no control characters but TAB, LF and CR, neither U+FFFE
/// nor U+FFFF. The text is UTF-8; anything else is not legal either. Source: XML 1.0, production "Char".
[[nodiscard]] bool legal_in_xml(std::string_view utf8);
/// Where the first character stands that may not, or npos.
[[nodiscard]] std::size_t first_illegal_in_xml(std::string_view utf8);

/// Writes one document into a string, front to back:
///
///   XmlWriter xml;
///   xml.open("EnumerationResults", {{"ServiceEndpoint", url}});
///   xml.element("Prefix", prefix);
///   xml.close();
///   response.set_body(xml.take());
///
/// Texts and attribute values are escaped; a character that XML cannot hold, or a byte that is not UTF-8, becomes
/// U+FFFD, so the result is always well-formed. Names are written as given. An element without content is `<Name />`.
class XmlWriter {
  public:
    struct Attribute {
        std::string_view name;
        std::string_view value;
    };
    using Attributes = std::initializer_list<Attribute>;

    /// Writes the declaration: `<?xml version="1.0" encoding="utf-8"?>`. A good guess of the size of a long document
    /// saves the copies of growing; what of it is not needed is never touched.
    explicit XmlWriter(std::size_t expected_bytes = 512);

    void open(std::string_view name, Attributes attributes = {});
    void close();  ///< the innermost open element
    void element(std::string_view name, std::string_view text, Attributes attributes);
    [[gnu::always_inline]] void element(std::string_view name, std::string_view text) {
        if (text.empty()) return empty_element(name);
        if (is_plain(text)) return plain_element(name, text);
        element(name, text, {});
    }
    /// The same with the text that `put(char* to)` puts there: at most `most` bytes, and none that needs an escape.
    /// It returns where they end. Inlined, since the name is mostly a literal: then it is a handful of stores.
    template <class Put>
    [[gnu::always_inline]] void plain_element(std::string_view name, std::size_t most, Put put) {
        char* at = room(name.size() * 2 + most + 5);
        *at++ = '<';
        at = copy(at, name);
        *at++ = '>';
        at = put(at);
        *at++ = '<';
        *at++ = '/';
        at = copy(at, name);
        *at++ = '>';
        length_ = static_cast<std::size_t>(at - text_.data());
    }
    /// The same where the text may hold what XML cannot: then it is percent-encoded and marked `Encoded="true"`, as
    /// blob and prefix names in listings are since version 2021-02-12.
    void encoded_element(std::string_view name, std::string_view text);

    /// The document. Every element is closed by now; the writer is not used again.
    [[nodiscard]] std::string take();

  private:
    struct Open {
        std::size_t name;  ///< where in text_ its name begins
        std::size_t name_length;
        std::size_t content;  ///< where in text_ its content begins
    };
    [[gnu::always_inline]] static char* copy(char* to, std::string_view text) {
        std::memcpy(to, text.data(), text.size());
        return to + text.size();
    }
    [[gnu::always_inline]] void plain_element(std::string_view name, std::string_view text) {
        plain_element(name, text.size(), [text](char* to) { return copy(to, text); });
    }
    [[gnu::always_inline]] void empty_element(std::string_view name) {
        char* at = room(name.size() + 4);
        *at++ = '<';
        at = copy(at, name);
        copy(at, " />");
        length_ += name.size() + 4;
    }
    /// Whether an element's text needs no escape: nearly none does.
    [[nodiscard]] static bool is_plain(std::string_view text);
    /// Where to write next, with place for that many bytes.
    [[gnu::always_inline]] char* room(std::size_t bytes) {
        if (text_.size() - length_ < bytes) grow(bytes);
        return text_.data() + length_;
    }
    void grow(std::size_t bytes);
    void put(std::string_view text);
    void put_escaped(std::string_view text, bool in_attribute);
    void put_start(std::string_view name, Attributes attributes);

    // The document is text_[0, length_); what lies behind is room. A listing makes some 100,000 short pieces, and
    // checking the room once for several of them is what makes that cheap.
    std::string text_;
    std::size_t length_ = 0;
    std::vector<Open> open_;
};

}  // namespace lazulite
