#include "table/domain/filter.hpp"
#include "table/ops/common.hpp"
#include "table/ops/entity_scan.hpp"
#include "table/ops/entity_writer.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/sas_rows.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

constexpr ScanBudget kOnIoThread{200, 256 << 10};

/// From where on the continuation of the last page asks for entities.
Result<KeySpan> continued(const Query& query) {
    KeySpan from;
    if (const std::string_view text = query.value_or_empty("NextPartitionKey"); !text.empty()) {
        LAZ_TRY(from.first.partition, decode_continuation(text));
    }
    if (const std::string_view text = query.value_or_empty("NextRowKey"); !text.empty()) {
        LAZ_TRY(from.first.row, decode_continuation(text));
    }
    return from;
}

}  // namespace

Task<Result<Response>> query_entities(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const OdataLevel level, answer_level(x.request.fields, x.query, x.version));
    LAZ_CO_CHECK(check_query_options(x.query));
    LAZ_CO_TRY(const std::size_t most, page_size(x.query));
    LAZ_CO_TRY(auto select, parse_select(x.query));
    LAZ_CO_TRY(const KeySpan permitted, permitted_rows(x));
    LAZ_CO_TRY(const KeySpan from, continued(x.query));
    KeySpans spans{{}};
    std::optional<Filter> filter;
    if (const std::string_view text = x.query.value_or_empty("$filter"); !text.empty()) {
        LAZ_CO_TRY(filter, Filter::parse(text));
        spans = filter->spans();
        if (filter->is_its_spans()) filter.reset();
    }
    spans = clipped(clipped(spans, permitted), from);

    LAZ_CO_TRY(const Table table, x.store->read([&](ReadTxn& tx) { return require_table(tx, x.target.container); }));
    EntityWriter writer(x.target, table.name, level, x.store->now(), std::move(select));
    EntityScan scan(writer, filter ? &*filter : nullptr, std::move(spans), most);
    writer.begin_page();
    LAZ_CO_TRY(const bool done,
               x.store->read([&](ReadTxn& tx) -> Result<bool> { return scan.step(tx, table.table_id, kOnIoThread); }));
    if (!done) {
        LAZ_CO_CHECK(co_await scan.finish(x, table.table_id));
    }
    Response response = odata_response(200, level, writer.end_page());
    if (const auto rest = scan.rest()) {
        response.fields.add("x-ms-continuation-NextPartitionKey", encode_continuation(rest->partition));
        response.fields.add("x-ms-continuation-NextRowKey", encode_continuation(rest->row));
    }
    co_return response;
}

}  // namespace lazulite::table
