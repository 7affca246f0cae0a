#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "table/domain/entity.hpp"

namespace lazulite::table {

enum class ChangeKind : std::uint8_t { insert, update, merge, insert_or_replace, insert_or_merge, remove };

/// What is there stays but for what the change names: only then is known how large the entity gets.
[[nodiscard]] constexpr bool merges(ChangeKind kind) {
    return kind == ChangeKind::merge || kind == ChangeKind::insert_or_merge;
}

/// One change to one entity; one that does not merge fits into the limits of an entity.
struct EntityChange {
    ChangeKind kind = ChangeKind::insert;
    EntityKey key;
    EntityCondition when;  ///< of update, merge and remove
    PackedProperties properties;
};

/// The properties that stand there afterwards; nothing where the entity is removed. Fails with entity_already_exists,
/// resource_not_found, update_condition_not_satisfied, and for a merge with too_many_properties or entity_too_large.
/// Reference: "Insert Entity", "Update Entity", "Merge Entity", "Insert Or Replace Entity", "Insert Or Merge Entity",
/// "Delete Entity".
[[nodiscard]] Result<std::optional<PackedProperties>> changed(const std::optional<Entity>& there,
                                                              const EntityChange& change);

}  // namespace lazulite::table
