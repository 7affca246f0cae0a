#include "wire/xml_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <pugixml.hpp>
#include <utility>

#include "wire/xml_writer.hpp"

namespace lazulite {
namespace {

constexpr std::size_t kMostElements = 250'000;
constexpr std::size_t kMostLevels = 32;
constexpr std::size_t kMostAttributes = 64;

// The document type and text beside the root are kept so that they can be refused; references are left to append_text,
// because pugixml lets unknown ones pass.
constexpr unsigned kFlags = pugi::parse_cdata | pugi::parse_eol | pugi::parse_wconv_attribute |
                            pugi::parse_ws_pcdata_single | pugi::parse_fragment | pugi::parse_doctype;

/// Counted before anything is built, so that a body of nothing but `<a/>` costs no memory.
std::size_t count_elements(std::string_view body) {
    std::size_t count = 0;
    for (std::size_t at = body.find('<'); at != std::string_view::npos; at = body.find('<', at + 1)) {
        const char next = at + 1 < body.size() ? body[at + 1] : '/';
        if (next != '/' && next != '!' && next != '?') ++count;
    }
    return count;
}

/// Appends the character; false when XML cannot hold it.
bool append_character(std::string& to, std::uint32_t c) {
    const auto byte = [](std::uint32_t value) { return static_cast<char>(static_cast<unsigned char>(value)); };
    std::string utf8;
    if (c < 0x80) {
        utf8 = {byte(c)};
    } else if (c < 0x800) {
        utf8 = {byte(0xC0 | c >> 6), byte(0x80 | (c & 0x3F))};
    } else if (c < 0x10000) {
        utf8 = {byte(0xE0 | c >> 12), byte(0x80 | (c >> 6 & 0x3F)), byte(0x80 | (c & 0x3F))};
    } else if (c < 0x110000) {
        utf8 = {byte(0xF0 | c >> 18), byte(0x80 | (c >> 12 & 0x3F)), byte(0x80 | (c >> 6 & 0x3F)),
                byte(0x80 | (c & 0x3F))};
    } else {
        return false;
    }
    if (!legal_in_xml(utf8)) return false;
    to += utf8;
    return true;
}

/// `reference` is what stands between & and the semicolon.
bool append_reference(std::string& to, std::string_view reference) {
    if (reference.starts_with("#")) {
        const bool hexadecimal = reference.starts_with("#x");
        const std::string_view digits = reference.substr(hexadecimal ? 2 : 1);
        std::uint32_t code = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
        return error == std::errc{} && end == digits.data() + digits.size() && append_character(to, code);
    }
    constexpr std::pair<std::string_view, char> kNamed[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    for (const auto& [name, c] : kNamed) {
        if (name == reference) {
            to += c;
            return true;
        }
    }
    return false;
}

/// Appends a text with its references resolved; false when one of them means nothing.
bool append_text(std::string& to, std::string_view text) {
    for (;;) {
        const std::size_t ampersand = text.find('&');
        to += text.substr(0, ampersand);
        if (ampersand == std::string_view::npos) return true;
        text.remove_prefix(ampersand + 1);
        const std::size_t semicolon = text.substr(0, 12).find(';');
        if (semicolon == std::string_view::npos || !append_reference(to, text.substr(0, semicolon))) return false;
        text.remove_prefix(semicolon + 1);
    }
}

/// Turns pugixml's tree into ours.
class Builder {
  public:
    explicit Builder(std::string_view body) : body_(body) {}

    Result<> build(const pugi::xml_node& from, XmlNode& to, std::size_t level) const {
        if (level > kMostLevels) return refuse(from, "The document is nested too deeply.");
        to.name = from.name();
        to.offset = offset_of(from);
        LAZ_CHECK(build_attributes(from, to));
        to.children.reserve(count_children(from));
        for (const pugi::xml_node& inner : from.children()) {
            if (inner.type() == pugi::node_element) {
                LAZ_CHECK(build(inner, to.children.emplace_back(), level + 1));
            } else if (inner.type() == pugi::node_cdata) {
                to.text += inner.value();
            } else if (!append_text(to.text, inner.value())) {
                return refuse(inner, "A reference to an undeclared entity or an illegal character.");
            }
        }
        return {};
    }

    tl::unexpected<StorageError> refuse(const pugi::xml_node& node, std::string_view reason) const {
        return fail(xml_problem(body_, offset_of(node), reason));
    }

  private:
    static std::size_t offset_of(const pugi::xml_node& node) {
        return static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
    }

    static std::size_t count_children(const pugi::xml_node& from) {
        const auto nodes = from.children();
        return static_cast<std::size_t>(
            std::count_if(nodes.begin(), nodes.end(), [](const auto& n) { return n.type() == pugi::node_element; }));
    }

    Result<> build_attributes(const pugi::xml_node& from, XmlNode& to) const {
        for (const pugi::xml_attribute& attribute : from.attributes()) {
            if (to.attributes.size() == kMostAttributes) return refuse(from, "An element has too many attributes.");
            if (to.attribute(attribute.name()) != nullptr) return refuse(from, "An attribute is given twice.");
            std::string value;
            if (!append_text(value, attribute.value())) {
                return refuse(from, "A reference to an undeclared entity or an illegal character.");
            }
            to.attributes.push_back({attribute.name(), std::move(value)});
        }
        return {};
    }

    std::string_view body_;
};

}  // namespace

StorageError xml_problem(std::string_view body, std::size_t offset, std::string_view reason) {
    const std::string_view before = body.substr(0, offset);
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return StorageError(ErrorCode::invalid_xml_document)
        .with("LineNumber", std::to_string(std::count(before.begin(), before.end(), '\n') + 1))
        .with("LinePosition", std::to_string(before.size() - line_start + 1))
        .with("Reason", reason);
}

StorageError xml_problem_behind(std::string_view body, const XmlNode& node, std::string_view reason) {
    std::size_t end = body.find('>', node.offset);
    const bool closed_at_once = end != std::string_view::npos && end > 0 && body[end - 1] == '/';
    if (!closed_at_once) end = body.find('>', body.find("</" + node.name, node.offset));
    const std::size_t next = body.find('<', end);
    if (next == std::string_view::npos) return xml_problem(body, body.size(), reason);
    return xml_problem(body, body.substr(next).starts_with("</") ? next + 2 : next + 1, reason);
}

StorageError xml_problem() {
    return StorageError(ErrorCode::invalid_xml_document)
        .with("LineNumber", "0")
        .with("LinePosition", "0")
        .with("Reason", "");
}

const XmlNode* XmlNode::child(std::string_view child_name) const {
    const auto found =
        std::find_if(children.begin(), children.end(), [&](const XmlNode& c) { return c.name == child_name; });
    return found == children.end() ? nullptr : &*found;
}

std::string_view XmlNode::child_text(std::string_view child_name) const {
    const XmlNode* const found = child(child_name);
    return found == nullptr ? std::string_view{} : found->text;
}

const std::string* XmlNode::attribute(std::string_view attribute_name) const {
    const auto found = std::find_if(attributes.begin(), attributes.end(),
                                    [&](const Attribute& a) { return a.name == attribute_name; });
    return found == attributes.end() ? nullptr : &found->value;
}

Result<XmlNode> parse_xml(std::string_view body) {
    if (const std::size_t at = first_illegal_in_xml(body); at != std::string_view::npos) {
        return fail(xml_problem(body, at, "An illegal character, or a byte that is not UTF-8."));
    }
    if (count_elements(body) > kMostElements) return fail(xml_problem(body, 0, "The document has too many elements."));

    std::string buffer(body);
    pugi::xml_document document;
    const auto outcome = document.load_buffer_inplace(buffer.data(), buffer.size(), kFlags, pugi::encoding_utf8);
    if (!outcome) return fail(xml_problem(body, static_cast<std::size_t>(outcome.offset), outcome.description()));

    const Builder builder(body);
    pugi::xml_node root;
    for (const pugi::xml_node& node : document.children()) {
        if (node.type() == pugi::node_doctype) return builder.refuse(node, "A document type is not allowed.");
        if (node.type() != pugi::node_element) return builder.refuse(node, "Text outside of the root element.");
        if (root) return builder.refuse(node, "There is more than one root element.");
        root = node;
    }
    if (!root) return fail(xml_problem(body, body.size(), "The root element is missing."));
    XmlNode result;
    LAZ_CHECK(builder.build(root, result, 1));
    return result;
}

}  // namespace lazulite
