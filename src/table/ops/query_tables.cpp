#include "service/listing.hpp"
#include "table/domain/filter.hpp"
#include "table/ops/common.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/table_writer.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kTablesOnIoThread = 200;

/// What a page of tables has looked at.
struct TablePage {
    std::string body;
    std::optional<std::string> next;  ///< the name that the next page begins with
};

bool wanted(const std::optional<Filter>& filter, const Table& table) {
    if (!filter) return true;
    std::vector<std::optional<EdmValue>> values;
    for (const std::string& name : filter->properties()) {
        values.push_back(name == "TableName" ? std::optional(EdmValue::of_string(table.name)) : std::nullopt);
    }
    return filter->matches(values);
}

}  // namespace

Task<Result<Response>> query_tables(Exchange& x) {
    LAZ_CO_TRY(const OdataLevel level, answer_level(x.request.fields, x.query, x.version));
    LAZ_CO_CHECK(check_query_options(x.query));
    LAZ_CO_TRY(const std::size_t most, page_size(x.query));
    std::optional<Filter> filter;
    if (const std::string_view text = x.query.value_or_empty("$filter"); !text.empty()) {
        LAZ_CO_TRY(filter, Filter::parse(text));
    }
    std::string first;
    if (const std::string_view text = x.query.value_or_empty("NextTableName"); !text.empty()) {
        LAZ_CO_TRY(first, decode_continuation(text));
    }

    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<TablePage>> {
        TablePage page;
        TableCursor cursor(tx, first);
        std::size_t seen = 0;
        std::size_t count = 0;
        const TableWriter writer(x.target, level, tx.now());
        writer.begin_page(page.body);
        while (const auto table = cursor.next()) {
            if (effort == Effort::little && ++seen > kTablesOnIoThread) return std::nullopt;
            if (count == most) {
                page.next = to_lower(table->name);
                break;
            }
            if (!wanted(filter, *table)) continue;
            ++count;
            writer.append(page.body, table->name);
        }
        writer.end_page(page.body);
        return page;
    };
    LAZ_CO_TRY(TablePage page, co_await long_read(x, read));
    Response response = odata_response(200, level, std::move(page.body));
    if (page.next) response.fields.add("x-ms-continuation-NextTableName", encode_continuation(*page.next));
    co_return response;
}

Task<Result<Response>> get_table(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.name, x.behaviour.loose));
    LAZ_CO_TRY(const OdataLevel level, answer_level(x.request.fields, x.query, x.version));
    LAZ_CO_TRY(const auto table, x.store->read([&](ReadTxn& tx) -> Result<std::optional<Table>> {
        return find_table(tx, x.target.name);
    }));
    if (!table) co_return fail(ErrorCode::resource_not_found);
    co_return odata_response(200, level, TableWriter(x.target, level, x.store->now()).single(table->name));
}

}  // namespace lazulite::table
