#include "table/ops/common.hpp"
#include "table/ops/entity_writer.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/sas_rows.hpp"
#include "table/rows/entities.hpp"

namespace lazulite::table {

Task<Result<Response>> get_entity(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const OdataLevel level, answer_level(x.request.fields, x.query, x.version));
    LAZ_CO_CHECK(check_query_options(x.query));
    LAZ_CO_TRY(const EntityKey key, parse_key(x.target.name));
    LAZ_CO_TRY(auto select, parse_select(x.query));
    LAZ_CO_TRY(const KeySpan permitted, permitted_rows(x));
    LAZ_CO_TRY(const EntityPlace place,
               x.store->read([&](ReadTxn& tx) { return require_place(tx, x.target.container, key); }));
    const auto& entity = place.entity;
    if (!entity || !contains(permitted, key)) co_return fail(ErrorCode::resource_not_found);
    EntityWriter writer(x.target, place.table, level, x.store->now(), std::move(select));
    Response response = odata_response(200, level, writer.single(key, entity->timestamp, entity->properties.bytes()));
    response.fields.add("ETag", entity_etag(entity->timestamp));
    co_return response;
}

}  // namespace lazulite::table
