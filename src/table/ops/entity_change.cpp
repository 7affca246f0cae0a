#include "table/ops/entity_change.hpp"

#include "service/receive.hpp"
#include "table/ops/entity_writer.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/sas_rows.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

struct Changed {
    std::string table;
    Instant timestamp;
};

bool agrees(const std::optional<std::string>& repeated, const std::string& key) {
    return !repeated || *repeated == key;
}

Result<> check_change(const EntityChange& change) {
    if (merges(change.kind)) return {};
    return check_entity(change.key, change.properties);
}

}  // namespace

Result<EntityChange> parse_change(ChangeKind kind, std::string_view url_key, const FieldViews& fields,
                                  std::string_view body) {
    EntityChange change;
    change.kind = kind;
    if (kind != ChangeKind::insert) {
        LAZ_TRY(change.key, parse_key(url_key));
    }
    if (kind == ChangeKind::update || kind == ChangeKind::merge || kind == ChangeKind::remove) {
        LAZ_TRY(change.when, parse_condition(fields.value_or_empty("If-Match")));
    }
    if (kind == ChangeKind::remove) return change;
    LAZ_TRY(EntityContent content, parse_entity_json(body));
    if (kind == ChangeKind::insert) {
        if (!content.partition_key || !content.row_key) return fail(ErrorCode::properties_need_value);
        change.key = {*std::move(content.partition_key), *std::move(content.row_key)};
    } else if (!agrees(content.partition_key, change.key.partition) || !agrees(content.row_key, change.key.row)) {
        return fail(ErrorCode::invalid_input);
    }
    change.properties = std::move(content.properties);
    LAZ_CHECK(check_change(change));
    return change;
}

Result<ChangeAnswer> change_answer(ChangeKind kind, const FieldViews& fields, const Query& query,
                                   ServiceVersion version) {
    ChangeAnswer how{preference(fields)};
    if (how.shows(kind)) {
        LAZ_TRY(how.level, answer_level(fields, query, version));
    }
    return how;
}

Response change_response(const Exchange& x, std::string_view table, const EntityChange& change, ChangeAnswer how,
                         Instant timestamp) {
    Response response;
    response.status = 204;
    if (how.shows(change.kind)) {
        response = odata_response(201, how.level,
                                  EntityWriter(x.target, table, how.level, x.store->now())
                                      .single(change.key, timestamp, change.properties.bytes()));
    } else {
        add_odata_headers(response);
    }
    if (change.kind == ChangeKind::insert) {
        const std::string url = x.target.endpoint() + entity_path(table, change.key);
        response.fields.add("Location", url);
        if (response.status == 204) response.fields.add("DataServiceId", url);
        add_preference(response, how.named);
    }
    if (change.kind != ChangeKind::remove) response.fields.add("ETag", entity_etag(timestamp));
    return response;
}

Result<> check_permitted(const KeySpan& permitted, const EntityKey& key) {
    if (!contains(permitted, key)) return fail(ErrorCode::authorization_failure);
    return {};
}

namespace {

/// So many bytes come with the head, as a rule.
constexpr std::uint64_t kSmallBody = 8 << 10;

Task<Result<EntityChange>> receive_change(Exchange& x, ChangeKind kind, const KeySpan& permitted) {
    std::string body;
    if (kind != ChangeKind::remove) {
        LAZ_CO_TRY(body, co_await receive_json(x));
    }
    const auto parse = [&] { return parse_change(kind, x.target.name, x.request.fields, body); };
    Result<EntityChange> parsed = fail(ErrorCode::invalid_input);
    if (body.size() > kHashHere) {
        parsed = co_await run_on(x.workers, parse);
    } else {
        parsed = parse();
    }
    LAZ_CO_TRY(EntityChange change, std::move(parsed));
    LAZ_CO_CHECK(check_permitted(permitted, change.key));
    co_return change;
}

}  // namespace

template <ChangeKind kKind>
Task<Result<Response>> change_entity(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const ChangeAnswer how, change_answer(kKind, x.request.fields, x.query, x.version));
    LAZ_CO_TRY(const KeySpan permitted, permitted_rows(x));
    // No large body is received for a table that is not there. A small one is here already: then the transaction looks.
    const auto look_for_table = [&x]() -> Result<> {
        LAZ_CHECK(x.store->read([&](ReadTxn& tx) { return require_table(tx, x.target.container); }));
        return {};
    };
    const bool small = kKind == ChangeKind::remove || x.request.content_length.value_or(kMostBodyBytes) <= kSmallBody;
    if (!small) {
        LAZ_CO_CHECK(look_for_table());
    }
    Result<EntityChange> received = co_await receive_change(x, kKind, permitted);
    if (!received && small) {
        LAZ_CO_CHECK(look_for_table());
    }
    LAZ_CO_TRY(const EntityChange change, std::move(received));

    LAZ_CO_TRY(const Changed done, co_await x.store->write([&](WriteTxn& tx) -> Result<Changed> {
        LAZ_TRY(EntityPlace place, require_place(tx, x.target.container, change.key));
        LAZ_TRY(auto properties, changed(place.entity, change));
        if (!properties) {
            remove_entity(tx, place.table_id, change.key);
            return Changed{std::move(place.table), {}};
        }
        const Entity entity{change.key, tx.next_tick(), *std::move(properties)};
        put_entity(tx, place.table_id, entity);
        return Changed{std::move(place.table), entity.timestamp};
    }));
    co_return change_response(x, done.table, change, how, done.timestamp);
}

template Task<Result<Response>> change_entity<ChangeKind::insert>(Exchange& x);
template Task<Result<Response>> change_entity<ChangeKind::update>(Exchange& x);
template Task<Result<Response>> change_entity<ChangeKind::merge>(Exchange& x);
template Task<Result<Response>> change_entity<ChangeKind::insert_or_replace>(Exchange& x);
template Task<Result<Response>> change_entity<ChangeKind::insert_or_merge>(Exchange& x);
template Task<Result<Response>> change_entity<ChangeKind::remove>(Exchange& x);

}  // namespace lazulite::table
