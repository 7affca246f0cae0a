#pragma once

#include <optional>
#include <string_view>

#include "service/exchange.hpp"
#include "table/domain/change.hpp"
#include "table/ops/common.hpp"

namespace lazulite::table {

/// The change that a request asks for: the key of an insert stands in its body, that of the others in the URL, and a
/// body may repeat it. Fails with properties_need_value, invalid_input for two keys that differ, and what the parts
/// fail with.
[[nodiscard]] Result<EntityChange> parse_change(ChangeKind kind, std::string_view url_key, const FieldViews& fields,
                                                std::string_view body);

/// How the answer to a change is to look.
struct ChangeAnswer {
    Preference named = Preference::none;
    OdataLevel level = OdataLevel::minimal;

    [[nodiscard]] bool shows(ChangeKind kind) const {
        return kind == ChangeKind::insert && named != Preference::return_no_content;
    }
};
/// Fails as answer_level does, where the answer shows the entity.
[[nodiscard]] Result<ChangeAnswer> change_answer(ChangeKind kind, const FieldViews& fields, const Query& query,
                                                 ServiceVersion version);

/// 201 with the entity, or 204. `table` is the table's name as it was created.
[[nodiscard]] Response change_response(const Exchange& x, std::string_view table, const EntityChange& change,
                                       ChangeAnswer how, Instant timestamp);

/// Fails with authorization_failure for a row beyond those of a table SAS.
[[nodiscard]] Result<> check_permitted(const KeySpan& permitted, const EntityKey& key);

}  // namespace lazulite::table
