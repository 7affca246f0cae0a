#include "table/domain/change.hpp"

namespace lazulite::table {

Result<std::optional<PackedProperties>> changed(const std::optional<Entity>& there, const EntityChange& change) {
    switch (change.kind) {
        case ChangeKind::insert:
            if (there) return fail(ErrorCode::entity_already_exists);
            break;
        case ChangeKind::update:
        case ChangeKind::merge:
        case ChangeKind::remove:
            if (!there) return fail(ErrorCode::resource_not_found);
            if (!change.when.any && change.when.timestamp != there->timestamp) {
                return fail(ErrorCode::update_condition_not_satisfied);
            }
            break;
        case ChangeKind::insert_or_replace:
        case ChangeKind::insert_or_merge: break;
    }
    if (change.kind == ChangeKind::remove) return std::nullopt;
    if (!merges(change.kind)) return change.properties;
    PackedProperties properties = there ? merged(there->properties, change.properties) : change.properties;
    LAZ_CHECK(check_entity(change.key, properties));
    return properties;
}

}  // namespace lazulite::table
