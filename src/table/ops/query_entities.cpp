#include <chrono>

#include "table/domain/filter.hpp"
#include "table/ops/common.hpp"
#include "table/ops/entity_writer.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/sas_rows.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kMostPageBytes = 4 << 20;
constexpr auto kLongestQuery = std::chrono::seconds(5);

/// How much one look at the table may cost: an io thread is given back soon, and no snapshot is held for long.
struct ScanBudget {
    std::size_t rows;
    std::size_t bytes;
};
constexpr ScanBudget kOnIoThread{200, 256 << 10};
constexpr ScanBudget kOnWorker{4096, 16 << 20};

/// A page in the making: goes on where it stopped, over one snapshot after the other.
class EntityScan {
  public:
    EntityScan(const EntityWriter& writer, std::optional<EntityFilter> filter, KeySpans spans, std::size_t most)
        : writer_(writer), filter_(std::move(filter)), spans_(std::move(spans)), most_(most) {}

    std::string body;

    /// False when the budget was spent first.
    bool step(ReadTxn& tx, std::int64_t table_id, ScanBudget budget) {
        for (; !spans_.empty(); spans_.erase(spans_.begin())) {
            if (!walk(tx, table_id, spans_.front(), budget)) return stopped_;
        }
        return true;
    }
    /// Where the next page begins; nothing when the query has seen everything.
    [[nodiscard]] std::optional<KeyPosition> rest() const {
        return spans_.empty() ? std::nullopt : std::optional(spans_.front().first);
    }

  private:
    /// False when it stopped before the span's end, which then begins where it stopped.
    bool walk(ReadTxn& tx, std::int64_t table_id, KeySpan& span, ScanBudget& budget) {
        EntityCursor cursor(tx, table_id, span.first);
        while (cursor.next()) {
            if (span.end && !before(cursor, *span.end)) return true;
            stopped_ = count_ == most_ || body.size() > kMostPageBytes;
            if (stopped_ || budget.rows == 0 || budget.bytes == 0) {
                span.first = {std::string(cursor.partition()), std::string(cursor.row())};
                return false;
            }
            --budget.rows;
            budget.bytes -= std::min(budget.bytes, cursor.properties().size());
            look_at(cursor);
        }
        return true;
    }

    static bool before(const EntityCursor& cursor, const KeyPosition& end) {
        const int order = cursor.partition().compare(end.partition);
        return order < 0 || (order == 0 && cursor.row() < end.row);
    }

    void look_at(const EntityCursor& cursor) {
        const EntityKey key{from_sortable(cursor.partition()), from_sortable(cursor.row())};
        if (filter_ && !filter_->matches(key.partition, key.row, cursor.timestamp(), cursor.properties())) return;
        ++count_;
        writer_.append(body, key, cursor.timestamp(), cursor.properties());
    }

    const EntityWriter& writer_;
    std::optional<EntityFilter> filter_;
    KeySpans spans_;  ///< what is left
    std::size_t most_;
    std::size_t count_ = 0;
    bool stopped_ = false;  ///< the page is full
};

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

/// The rest of a page, on a worker; what 5 s do not finish is left to the next one.
Result<> finish(Store& store, EntityScan& scan, std::int64_t table_id) {
    const auto deadline = std::chrono::steady_clock::now() + kLongestQuery;
    bool done = false;
    while (!done && std::chrono::steady_clock::now() < deadline) {
        LAZ_TRY(done, store.read([&](ReadTxn& tx) -> Result<bool> { return scan.step(tx, table_id, kOnWorker); }));
    }
    return {};
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
    }
    spans = clipped(clipped(spans, permitted), from);

    LAZ_CO_TRY(const Table table, x.store->read([&](ReadTxn& tx) { return require_table(tx, x.target.container); }));
    const EntityWriter writer(x.target, table.name, level, x.store->now(), std::move(select));
    EntityScan scan(writer, filter ? std::optional<EntityFilter>(*filter) : std::nullopt, std::move(spans), most);
    writer.begin_page(scan.body);
    LAZ_CO_TRY(const bool done,
               x.store->read([&](ReadTxn& tx) -> Result<bool> { return scan.step(tx, table.table_id, kOnIoThread); }));
    if (!done) {
        LAZ_CO_CHECK(co_await run_on(x.workers, [&] { return finish(*x.store, scan, table.table_id); }));
    }
    writer.end_page(scan.body);
    Response response = odata_response(200, level, std::move(scan.body));
    if (const auto rest = scan.rest()) {
        response.fields.add("x-ms-continuation-NextPartitionKey", encode_continuation(rest->partition));
        response.fields.add("x-ms-continuation-NextRowKey", encode_continuation(rest->row));
    }
    co_return response;
}

}  // namespace lazulite::table
