#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazulite {

/// An element of a request body, as a value.
struct XmlNode {
    struct Attribute {
        std::string name;
        std::string value;
    };
    std::string name;  ///< as written, with its prefix if it has one
    std::string text;  ///< text and CDATA directly inside, joined; blanks kept, except between elements
    std::vector<Attribute> attributes;  ///< in document order
    std::vector<XmlNode> children;      ///< in document order, of whatever name

    [[nodiscard]] const XmlNode* child(std::string_view child_name) const;         ///< the first of that name, or null
    [[nodiscard]] std::string_view child_text(std::string_view child_name) const;  ///< empty when there is none
    [[nodiscard]] const std::string* attribute(std::string_view attribute_name) const;  ///< or null
};

/// The root element of a document. Fails with invalid_xml_document (LineNumber, LinePosition, Reason) on anything that
/// is not one well-formed UTF-8 document, and on what no client needs: a document type (so no entities beyond the five
/// of XML), more than 250,000 elements, 32 levels, or 64 attributes on an element. The caller limits the body's size.
[[nodiscard]] Result<XmlNode> parse_xml(std::string_view body);

}  // namespace lazulite
