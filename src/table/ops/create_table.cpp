#include "table/ops/common.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/table_writer.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {

Task<Result<Response>> create_table(Exchange& x) {
    const Preference named = preference(x.request.fields);
    OdataLevel level = OdataLevel::minimal;
    if (named != Preference::return_no_content) {
        LAZ_CO_TRY(level, answer_level(x.request.fields, x.query, x.version));
    }
    LAZ_CO_TRY(const std::string body, co_await receive_json(x));
    LAZ_CO_TRY(const std::string name, parse_table_json(body));
    LAZ_CO_CHECK(check_table_name(name, x.behaviour.loose));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        if (find_table(tx, name)) return fail(ErrorCode::table_already_exists);
        insert_table(tx, {name, tx.next_id(), tx.next_tick(), {}});
        return {};
    }));
    Response response;
    if (named == Preference::return_no_content) {
        response.status = 204;
        add_odata_headers(response);
        response.fields.add("DataServiceId", x.target.endpoint() + table_path(name));
    } else {
        response = odata_response(201, level, TableWriter(x.target, level, x.store->now()).single(name));
    }
    response.fields.add("Location", x.target.endpoint() + table_path(name));
    add_preference(response, named);
    co_return response;
}

Task<Result<Response>> delete_table(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.name, x.behaviour.loose));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        const auto table = find_table(tx, x.target.name);
        if (!table) return fail(ErrorCode::resource_not_found);
        remove_table(tx, *table);
        return {};
    }));
    Response response;
    response.status = 204;
    add_odata_headers(response);
    co_return response;
}

}  // namespace lazulite::table
