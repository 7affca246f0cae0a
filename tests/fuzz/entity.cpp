// Bodies of entities, JSON or (with `<` in front) Atom, and packed properties: what was read is within the limits
// and can be read again, in either format.

#include <string>
#include <vector>

#include "input.hpp"
#include "table/domain/entity_json.hpp"
#include "table/ops/atom.hpp"
#include "wire/xml_writer.hpp"

using namespace lazulite;
using namespace lazulite::table;

namespace {

std::vector<Property> properties_of(const PackedProperties& packed) {
    std::vector<Property> properties;
    PropertyReader reader(packed.bytes());
    while (const auto property = reader.next()) properties.push_back(*property);
    require(reader.whole());
    return properties;
}

void check_limits(const EntityContent& content) {
    const std::vector<Property> properties = properties_of(content.properties);
    require(properties.size() <= kMostProperties);
    PackedProperties again;
    for (const Property& property : properties) {
        require(check_property_name(property.name).has_value() && check_value(property.value).has_value());
        require(property.value.type != EdmType::string || is_utf8(property.value.bytes));
        again.add(property.name, property.value);
    }
    require(again == content.properties);
    require(merged(content.properties, content.properties) == content.properties);
    require(!content.partition_key || check_key(*content.partition_key).has_value());
    require(!content.row_key || check_key(*content.row_key).has_value());
}

std::string as_json(const PackedProperties& packed, OdataLevel level) {
    Pen body;
    body.append("{");
    JsonProperties json(body, level);
    std::size_t place = 0;
    for (const Property& property : properties_of(packed)) json.append(place++, property.name, &property.value);
    body.append("}");
    return body.take();
}

std::string as_atom(const PackedProperties& packed) {
    std::vector<AtomProperty> shown;
    for (const Property& property : properties_of(packed)) shown.push_back({property.name, property.value});
    std::string atom;
    append_atom_entry(atom, {"http://127.0.0.1/a/", "t(PartitionKey='p')", "t", "a.t", "W/\"x\"", Instant()}, shown, true);
    return atom;
}

bool atom_can_hold(const PackedProperties& packed) {
    for (const Property& property : properties_of(packed)) {
        // A text that XML cannot hold is shown with U+FFFD, one of blanks alone is none between elements.
        if (property.value.type == EdmType::string && !legal_in_xml(property.value.bytes)) return false;
        for (const char c : property.name) {
            if (static_cast<unsigned char>(c) >= 0x80) return false;
        }
    }
    return true;
}

void check(const std::string& body) {
    const auto content = parse_entity_json(body);
    if (!content) return;
    check_limits(*content);
    for (const OdataLevel level : {OdataLevel::minimal, OdataLevel::full}) {
        const auto again = parse_entity_json(as_json(content->properties, level));
        require(again.has_value() && again->properties == content->properties);
    }
    static_cast<void>(as_json(content->properties, OdataLevel::none));
    if (!atom_can_hold(content->properties) || content->properties.bytes().empty()) return;
    const auto json = atom_as_json(as_atom(content->properties));
    require(json.has_value());
    const auto again = parse_entity_json(*json);
    require(again.has_value() && again->properties == content->properties);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    PropertyReader damaged(text);
    while (damaged.next()) {
    }
    if (text.starts_with('<')) {
        if (const auto json = atom_as_json(text)) check(*json);
    } else {
        check(std::string(text));
        static_cast<void>(parse_table_json(text));
    }
    return 0;
}
