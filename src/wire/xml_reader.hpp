#pragma once

#include <cstddef>
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
    std::size_t offset = 0;             ///< where in the body its name begins

    [[nodiscard]] const XmlNode* child(std::string_view child_name) const;         ///< the first of that name, or null
    [[nodiscard]] std::string_view child_text(std::string_view child_name) const;  ///< empty when there is none
    [[nodiscard]] const std::string* attribute(std::string_view attribute_name) const;  ///< or null
};

/// The root element of a document. Fails with invalid_xml_document (LineNumber, LinePosition, Reason) on anything that
/// is not one well-formed UTF-8 document, and on what no client needs: a document type (so no entities beyond the five
/// of XML), more than 250,000 elements, 32 levels, or 64 attributes on an element. The caller limits the body's size.
[[nodiscard]] Result<XmlNode> parse_xml(std::string_view body);

/// invalid_xml_document for a well-formed body that breaks the rules of its format, with LineNumber, LinePosition and
/// Reason: at an offset; or where a reader stands that has read an element, which is how the service tells most of them;
/// or, as it tells the rest, without a place and a reason.
[[nodiscard]] StorageError xml_problem(std::string_view body, std::size_t offset, std::string_view reason);
[[nodiscard]] StorageError xml_problem_behind(std::string_view body, const XmlNode& node, std::string_view reason);
[[nodiscard]] StorageError xml_problem();

}  // namespace lazulite
