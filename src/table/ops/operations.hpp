#pragma once

#include "auth/permissions.hpp"
#include "service/exchange.hpp"
#include "table/domain/change.hpp"

namespace lazulite::table {

// What the rows of the operation table run; each stands in the file of its name. Reference: "Table service REST API",
// the page of the same name.

Task<Result<Response>> query_tables(Exchange& x);
Task<Result<Response>> get_table(Exchange& x);  ///< `GET /Tables('name')`, in "Querying tables and entities"
Task<Result<Response>> create_table(Exchange& x);
Task<Result<Response>> delete_table(Exchange& x);
Task<Result<Response>> get_table_acl(Exchange& x);
Task<Result<Response>> set_table_acl(Exchange& x);

Task<Result<Response>> query_entities(Exchange& x);
Task<Result<Response>> get_entity(Exchange& x);

/// Insert, Update, Merge, Insert Or Replace, Insert Or Merge and Delete Entity.
template <ChangeKind kKind>
Task<Result<Response>> change_entity(Exchange& x);
/// What such a change asks of whoever makes it, alone or in a batch.
constexpr Needs needs_of(ChangeKind kind) {
    const auto object = [](std::string_view letters, std::string_view also) {
        Needs needs = writes(ResourceType::object, letters);
        needs.also = Letters(also);
        return needs;
    };
    switch (kind) {
        case ChangeKind::insert: return object("a", "");
        case ChangeKind::update:
        case ChangeKind::merge: return object("u", "");
        case ChangeKind::insert_or_replace:
        case ChangeKind::insert_or_merge: return object("a", "u");
        case ChangeKind::remove: return object("d", "");
    }
    return {};
}
inline constexpr Needs kReadsEntities = reads(ResourceType::object, "r");

/// "Performing entity group transactions".
Task<Result<Response>> batch(Exchange& x);

}  // namespace lazulite::table
