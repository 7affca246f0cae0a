#include "service/not_honoured.hpp"

#include <algorithm>

namespace lazulite {
namespace {

/// Whether the field is one of the words of `group`, or what stands there whole.
bool names_field(std::string_view group, std::string_view name, std::string_view value) {
    if (const std::size_t colon = group.find(": "); colon != std::string_view::npos) {
        return equals_ignoring_case(group.substr(0, colon), name) && equals_ignoring_case(group.substr(colon + 2), value);
    }
    while (!group.empty()) {
        const std::string_view word = group.substr(0, group.find(' '));
        if (equals_ignoring_case(word, name)) return true;
        group.remove_prefix(std::min(word.size() + 1, group.size()));
    }
    return false;
}

}  // namespace

Result<> check_honoured(std::span<const NotHonoured> table, std::string_view operation, const FieldViews& fields) {
    const auto row = std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.operation == operation; });
    if (row == table.end()) return {};
    for (const auto& field : fields) {
        for (const std::string_view group : row->headers) {
            if (names_field(group, field.name, field.value)) {
                return fail(StorageError(ErrorCode::not_implemented).with("HeaderName", field.name));
            }
        }
    }
    return {};
}

}  // namespace lazulite
