// Table filters: whatever is accepted finds entities only where its key spans say, and the opposite of a filter
// finds those that it does not.

#include <optional>
#include <string>
#include <vector>

#include "input.hpp"
#include "table/domain/filter.hpp"

using namespace lazulite;
using namespace lazulite::table;

namespace {

std::vector<std::string> packed_properties() {
    std::vector<std::string> all(1);
    PackedProperties some;
    some.add("i", EdmValue::of_integer(EdmType::int32, 5));
    some.add("s", EdmValue::of_string("it's"));
    some.add("d", EdmValue::of_real(-1500));
    some.add("f", EdmValue::of_integer(EdmType::boolean, 1));
    all.push_back(some.bytes());
    some.add("l", EdmValue::of_integer(EdmType::int64, 5));
    some.add("t", EdmValue::of_integer(EdmType::date_time, 17'673'230'450'000'000));
    some.add("g", {EdmType::guid, "0123456789abcdef"});
    some.add("x", {EdmType::binary, std::string_view("\0\xff", 2)});
    all.push_back(some.bytes());
    PackedProperties others;
    others.add("i", EdmValue::of_string("5"));
    others.add("s", EdmValue::of_integer(EdmType::int32, 0));
    others.add("d", EdmValue::of_real(0.0 / 1));
    all.push_back(others.bytes());
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<std::string> kEntities = packed_properties();
    static const std::vector<EntityKey> kKeys = {{"", ""},   {"a", "1"}, {"a", "2"}, {"a", ""},          {"b", "1"},
                                                 {"b", "z"}, {"it's", "\xC3\xA4"},   {"\xF0\x9F\x98\x80", "\xEF\xBF\xBD"}};
    const std::string text(text_of(data, size));
    const auto filter = Filter::parse(text);
    if (!filter || !is_utf8(text)) return 0;  // a query that is not UTF-8 comes to no filter
    const KeySpans spans = filter->spans();
    for (std::size_t i = 1; i < spans.size(); ++i) {
        require(spans[i - 1].end.has_value() && *spans[i - 1].end <= spans[i].first);
    }
    const auto twice = Filter::parse("(" + text + ") or (" + text + ")");
    const auto inverse = Filter::parse("not (" + text + ")");
    EntityFilter matcher(*filter);
    std::optional<EntityFilter> doubled;
    std::optional<EntityFilter> opposite;
    if (twice) doubled.emplace(*twice);
    if (inverse) opposite.emplace(*inverse);
    for (const EntityKey& key : kKeys) {
        for (const std::string& packed : kEntities) {
            const bool found = matcher.matches(key, Instant(), packed);
            const bool reached = std::any_of(spans.begin(), spans.end(), [&](const auto& s) { return contains(s, key); });
            require(!found || reached);
            require(!doubled || doubled->matches(key, Instant(), packed) == found);
            require(!opposite || opposite->matches(key, Instant(), packed) == !found);
        }
    }
    return 0;
}
