#include "wire/fields.hpp"

#include <cstdint>

namespace lazulite {

void FieldViews::join_repeated() {
    // Names that differ in length or last letter are told apart by one bit: most heads need no comparison at all.
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        const std::string_view name = fields_[i].name;
        const auto last = static_cast<unsigned char>(name.empty() ? '\0' : ascii_lower(name.back()));
        const std::uint64_t bit = std::uint64_t{1} << ((name.size() * 7 + last) % 64);
        const bool maybe = (seen & bit) != 0;
        seen |= bit;
        if (!maybe) continue;
        const auto here = fields_.begin() + static_cast<std::ptrdiff_t>(i);
        const auto first = std::find_if(fields_.begin(), here,
                                        [&](const Field& field) { return equals_ignoring_case(field.name, name); });
        if (first == here) continue;
        joined_.push_back(std::make_shared<const std::string>(std::string(first->value) + ',' + std::string(here->value)));
        first->value = *joined_.back();
        fields_.erase(here);
        --i;
    }
}

}  // namespace lazulite
