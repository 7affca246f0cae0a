#include "table/ops/atom.hpp"

#include "table/domain/entity_json.hpp"
#include "wire/date.hpp"
#include "wire/xml_reader.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::table {
namespace {

constexpr std::string_view kAtomNamespace = "http://www.w3.org/2005/Atom";
constexpr std::string_view kDataNamespace = "http://schemas.microsoft.com/ado/2007/08/dataservices";
constexpr std::string_view kMetadataNamespace = "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata";
constexpr std::string_view kScheme = "http://schemas.microsoft.com/ado/2007/08/dataservices/scheme";
constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"utf-8\"?>";

void write_property(XmlWriter& xml, const AtomProperty& property) {
    const std::string name = "d:" + std::string(property.name);
    if (!property.value) return xml.element(name, "", {{"m:null", "true"}});
    std::string text;
    append_value_text(text, *property.value);
    if (property.value->type == EdmType::string) return xml.element(name, text);
    xml.element(name, text, {{"m:type", name_of(property.value->type)}});
}

/// Whether a name, with whatever prefix, is `local`.
bool is_called(std::string_view name, std::string_view local) {
    const std::size_t colon = name.rfind(':');
    return (colon == std::string_view::npos ? name : name.substr(colon + 1)) == local;
}

const XmlNode* find_below(const XmlNode& node, std::string_view local) {
    for (const XmlNode& child : node.children) {
        if (is_called(child.name, local)) return &child;
        if (const XmlNode* const found = find_below(child, local)) return found;
    }
    return nullptr;
}

std::string_view attribute_called(const XmlNode& node, std::string_view local) {
    for (const XmlNode::Attribute& attribute : node.attributes) {
        if (is_called(attribute.name, local)) return attribute.value;
    }
    return {};
}

}  // namespace

void append_atom_entry(std::string& to, const AtomEntry& entry, const std::vector<AtomProperty>& properties,
                       bool alone) {
    XmlWriter xml;
    if (entry.etag.empty()) {
        xml.open("entry", {{"xml:base", entry.base},
                           {"xmlns", kAtomNamespace},
                           {"xmlns:d", kDataNamespace},
                           {"xmlns:m", kMetadataNamespace}});
    } else {
        xml.open("entry", {{"xml:base", entry.base},
                           {"xmlns", kAtomNamespace},
                           {"xmlns:d", kDataNamespace},
                           {"xmlns:m", kMetadataNamespace},
                           {"m:etag", entry.etag}});
    }
    xml.element("id", entry.base + entry.path);
    xml.element("category", "", {{"term", entry.category}, {"scheme", kScheme}});
    xml.element("link", "", {{"rel", "edit"}, {"title", entry.link}, {"href", entry.path}});
    xml.element("title", "");
    xml.element("updated", format_iso8601(entry.updated));
    xml.open("author");
    xml.element("name", "");
    xml.close();
    xml.open("content", {{"type", "application/xml"}});
    xml.open("m:properties");
    for (const AtomProperty& property : properties) write_property(xml, property);
    xml.close();
    xml.close();
    xml.close();
    const std::string document = xml.take();
    to += alone ? std::string_view(document) : std::string_view(document).substr(kDeclaration.size());
}

void begin_atom_feed(std::string& to, std::string_view base, std::string_view title, Instant updated) {
    XmlWriter xml;
    xml.open(
        "feed",
        {{"xml:base", base}, {"xmlns", kAtomNamespace}, {"xmlns:d", kDataNamespace}, {"xmlns:m", kMetadataNamespace}});
    xml.element("title", title, {{"type", "text"}});
    xml.element("id", std::string(base) + std::string(title));
    xml.element("updated", format_iso8601(updated));
    xml.element("link", "", {{"rel", "self"}, {"title", title}, {"href", title}});
    xml.close();
    to += xml.take();
    to.resize(to.size() - kEndOfAtomFeed.size());
}

Result<std::string> atom_as_json(std::string_view body) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    const XmlNode* const properties = is_called(root.name, "entry") ? find_below(root, "properties") : nullptr;
    if (!properties) return fail(ErrorCode::invalid_input);
    std::string json = "{";
    for (const XmlNode& property : properties->children) {
        const std::size_t colon = property.name.rfind(':');
        const std::string name = colon == std::string::npos ? property.name : property.name.substr(colon + 1);
        if (json.size() > 1) json += ',';
        append_json_string(json, name);
        json += ':';
        if (attribute_called(property, "null") == "true") {
            json += "null";
            continue;
        }
        append_json_string(json, property.text);
        if (const std::string_view type = attribute_called(property, "type"); !type.empty()) {
            json += ',';
            append_json_string(json, name + "@odata.type");
            json += ':';
            append_json_string(json, type);
        }
    }
    return json + "}";
}

}  // namespace lazulite::table
