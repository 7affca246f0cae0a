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
    Pen body;
    body.append("{");
    PropertyReader reader(content->properties.bytes());
    while (const auto property = reader.next()) {
        if (body.last() != '{') body.append(",");
        append_json_property(body, property->name, property->value, OdataLevel::full);
    }
    if (!reader.whole()) std::abort();
    body.append("}");
    const auto again = parse_entity_json(body.take());
    if (!again || again->properties.bytes().size() != content->properties.bytes().size()) std::abort();
    return 0;
}
