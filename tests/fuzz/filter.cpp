// Table filters: whatever is accepted finds entities only where its key spans say.

#include <cstdlib>

#include "input.hpp"
#include "table/domain/filter.hpp"

using namespace lazulite;
using namespace lazulite::table;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto filter = Filter::parse(text_of(data, size));
    if (!filter) return 0;
    const KeySpans spans = filter->spans();
    EntityFilter matcher(*filter);
    PackedProperties packed;
    packed.add("i", EdmValue::of_integer(EdmType::int32, 5));
    packed.add("s", EdmValue::of_string("text"));
    for (const EntityKey& key : {EntityKey{"", ""}, EntityKey{"a", "1"}, EntityKey{"a", "2"}, EntityKey{"b", ""}}) {
        if (!matcher.matches(key, Instant(), packed.bytes())) continue;
        bool found = false;
        for (const KeySpan& span : spans) found = found || contains(span, key);
        if (!found) std::abort();
    }
    return 0;
}
