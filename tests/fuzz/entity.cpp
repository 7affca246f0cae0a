// Bodies of entities, and packed properties: what was read can be read again.

#include <cstdlib>

#include "input.hpp"
#include "table/domain/entity_json.hpp"

using namespace lazulite;
using namespace lazulite::table;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    PropertyReader damaged(text);
    while (damaged.next()) {
    }
    const auto content = parse_entity_json(text);
    if (!content) return 0;
    std::string body = "{";
    PropertyReader reader(content->properties.bytes());
    while (const auto property = reader.next()) {
        append_json_property(body, property->name, property->value, OdataLevel::full);
        body += ',';
    }
    if (!reader.whole()) std::abort();
    if (body.back() == ',') body.pop_back();
    const auto again = parse_entity_json(body + "}");
    if (!again || again->properties.bytes().size() != content->properties.bytes().size()) std::abort();
    return 0;
}
