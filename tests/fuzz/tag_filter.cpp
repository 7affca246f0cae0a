// Filters of tags: what Find Blobs by Tags accepts matches only blobs that stand where its range says, and means the same
// as a condition.

#include <cstdlib>

#include "blob/domain/tag_filter.hpp"
#include "input.hpp"

using namespace lazulite;
using namespace lazulite::blob;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto condition = TagCondition::parse(text);
    const auto query = TagQuery::parse(text, TagQuery::Level::account);
    if (query && !query->container() && !condition) std::abort();
    const std::vector<BlobTag> sets[] = {{}, {{"a", ""}}, {{"a", "1"}, {"b", "2"}}, {{"b", "zz"}, {"c d", "1"}}};
    for (const std::vector<BlobTag>& tags : sets) {
        const TagSet set = TagSet::of(tags).value();
        const bool met = condition && condition->met_by(set);
        if (!query) continue;
        const bool found = query->matches(set);
        if (!query->container() && !set.empty() && found != met) std::abort();
        const TagQuery::Range range = query->range();
        if (!found || !range.key) continue;
        const std::string* const value = set.find(*range.key);
        if (value == nullptr || *value < range.first || (range.last && *value > *range.last)) std::abort();
    }
    return 0;
}
