#include "azurite/table_document.hpp"

#include "azurite/walk.hpp"
#include "base/error_table.hpp"
#include "base/text.hpp"
#include "table/domain/edm.hpp"
#include "table/domain/entity_json.hpp"

namespace lazulite::azurite {
namespace {

/// Azurite keeps a Guid as base64 of its text; earlier versions kept the text.
Json guid_of(const Document& value) {
    const std::string text = value.text();
    if (table::parse_guid(text)) return text;
    const auto decoded = base64_decode(text);
    if (!decoded || !table::parse_guid(*decoded)) refuse(value.where(), "is no Guid");
    return *decoded;
}

}  // namespace

table::Entity entity_of(Document document) {
    table::Entity entity;
    entity.key = {document.at("PartitionKey").text(), document.at("RowKey").text()};
    document.name(document.where() + " (" + table::quoted(entity.key.partition) + ", " + table::quoted(entity.key.row) + ")");
    entity.timestamp = document.at("lastModifiedTime").time();
    const Document properties = document.at("properties");
    Json body = Json::object();
    properties.members([&](const std::string& name, const Document& value) {
        const auto type = properties.find((name + "@odata.type").c_str());
        const bool guid = type && type->json() == "Edm.Guid" && value.json().is_string();
        body[name] = guid ? guid_of(value) : value.json();
    });
    auto content = table::parse_entity_json(body.dump());
    if (!content) refuse(document.where(), "is no entity: " + std::string(info(content.error().code()).name));
    entity.properties = std::move(content->properties);
    if (const auto checked = table::check_entity(entity.key, entity.properties); !checked) {
        refuse(document.where(), "is no entity: " + std::string(info(checked.error().code()).name));
    }
    return entity;
}

}  // namespace lazulite::azurite
