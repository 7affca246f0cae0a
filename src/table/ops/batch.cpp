#include <algorithm>
#include <set>

#include "base/error_table.hpp"
#include "base/ids.hpp"
#include "service/embedded.hpp"
#include "service/error_response.hpp"
#include "service/receive.hpp"
#include "table/ops/common.hpp"
#include "table/ops/entity_change.hpp"
#include "table/ops/operations.hpp"
#include "table/ops/sas_rows.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"
#include "wire/multipart.hpp"

namespace lazulite::table {
namespace {

constexpr std::size_t kMostChanges = 100;
constexpr std::string_view kTooMany = "The batch request operation exceeds the maximum 100 changes per change set.";

/// A request within the batch. The views are of the batch's body.
struct InnerRequest {
    Method method = Method::unknown;
    std::string table;
    std::string key;  ///< what the URL has in parentheses, decoded
    bool has_key = false;
    std::string_view query;
    FieldViews fields;
    std::string_view body;
    std::string_view content_id;
};

/// Below the account: in a path-style URL behind the account's name.
std::string_view path_below_account(std::string_view path, const Target& target) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const std::size_t slash = path.find('/');
    const std::string_view first = path.substr(0, slash);
    const bool account = first == target.account || first == target.account + "-secondary";
    return target.path_style && account && slash != std::string_view::npos ? path.substr(slash + 1) : path;
}

Result<InnerRequest> parse_inner(const MimePart& part, const Target& target) {
    LAZ_TRY(EmbeddedRequest request, parse_embedded(part));
    auto path = percent_decode(path_below_account(request.path, target));
    if (!path || !is_utf8(*path)) return fail(ErrorCode::invalid_input);
    InnerRequest inner;
    inner.method = parse_method(request.method_text);
    inner.query = request.query;
    inner.fields = std::move(request.fields);
    inner.body = request.body;
    inner.content_id = request.content_id;
    if (inner.method == Method::post && inner.fields.has("X-HTTP-Method")) {
        inner.method = parse_method(inner.fields.value_or_empty("X-HTTP-Method"));
    }
    if (inner.method == Method::merge) inner.method = Method::patch;
    const std::size_t open = std::min(path->find('('), path->size());
    inner.table = path->substr(0, open);
    inner.has_key = path->ends_with(')') && path->size() > open + 2;
    if (inner.has_key) inner.key = path->substr(open + 1, path->size() - open - 2);
    return inner;
}

Result<ChangeKind> kind_of(const InnerRequest& inner) {
    const bool conditional = inner.fields.has("If-Match");
    if (inner.method == Method::post && !inner.has_key) return ChangeKind::insert;
    if (!inner.has_key) return fail(ErrorCode::invalid_input);
    if (inner.method == Method::put) return conditional ? ChangeKind::update : ChangeKind::insert_or_replace;
    if (inner.method == Method::patch) return conditional ? ChangeKind::merge : ChangeKind::insert_or_merge;
    if (inner.method != Method::delete_) return fail(ErrorCode::invalid_input);
    if (!conditional) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "If-Match"));
    return ChangeKind::remove;
}

/// A change of the set, ready for the transaction.
struct Step {
    EntityChange change;
    ChangeAnswer how;
    std::string_view content_id;
};

/// The error of one change of the set: clients read its index from the text.
StorageError at_index(std::size_t index, const StorageError& error) {
    std::string_view text = info(error.code()).message;
    if (error.details() && !error.details()->message.empty()) text = error.details()->message;
    return StorageError(error).saying(std::to_string(index) + ":" + std::string(text));
}

/// The requests of a batch: the changes of one set, or one query.
struct Parts {
    std::vector<InnerRequest> requests;
    bool changes = true;
};

Result<Parts> parse_batch(std::string_view body, std::string_view content_type, const Target& target) {
    const auto boundary = multipart_boundary(content_type);
    if (!boundary) return fail(ErrorCode::invalid_input);
    LAZ_TRY(const std::vector<MimePart> outer, parse_multipart(body, *boundary));
    if (outer.size() != 1) return fail(ErrorCode::invalid_input);  // one set, or one query alone
    Parts parts;
    const auto inner_boundary = multipart_boundary(outer.front().fields.value_or_empty("Content-Type"));
    if (!inner_boundary) {
        LAZ_TRY(parts.requests.emplace_back(), parse_inner(outer.front(), target));
        parts.changes = false;
        if (parts.requests.front().method != Method::get) return fail(ErrorCode::invalid_input);
        return parts;
    }
    LAZ_TRY(const std::vector<MimePart> inner, parse_multipart(outer.front().body, *inner_boundary));
    if (inner.empty()) return fail(ErrorCode::invalid_input);
    for (const MimePart& part : inner) {
        LAZ_TRY(parts.requests.emplace_back(), parse_inner(part, target));
        if (parts.requests.back().method == Method::get) return fail(ErrorCode::invalid_input);
    }
    return parts;
}

/// Whether every change of the set may be made by this caller and is well-formed; fails with the index of the first
/// that is not.
Result<std::vector<Step>> parse_steps(const Exchange& x, const std::vector<InnerRequest>& requests) {
    if (requests.size() > kMostChanges) {
        return fail(at_index(0, StorageError(ErrorCode::invalid_input).saying(kTooMany)));
    }
    LAZ_TRY(const KeySpan permitted, permitted_rows(x));
    std::vector<Step> steps;
    std::set<KeyPosition> seen;
    const auto parse_step = [&](const InnerRequest& request) -> Result<Step> {
        LAZ_CHECK(check_table_name(request.table, x.behaviour.loose));
        LAZ_CHECK(check_signed_table(x, request.table));
        LAZ_TRY(const ChangeKind kind, kind_of(request));
        LAZ_CHECK(x.identity.before(request.table).may(needs_of(kind), ServiceLetter::table, x.version));
        if (kind != ChangeKind::remove) LAZ_CHECK(x.store->extents().admit());
        const auto query = Query::parse(request.query);
        if (!query) return fail(ErrorCode::invalid_uri);
        LAZ_TRY(const ChangeAnswer how, change_answer(kind, request.fields, *query, x.version));
        std::string body;
        if (kind != ChangeKind::remove) {
            LAZ_TRY(body, as_json(std::string(request.body), request.fields, x.version));
        }
        LAZ_TRY(EntityChange change, parse_change(kind, request.key, request.fields, body));
        LAZ_CHECK(check_permitted(permitted, change.key));
        const bool same_group = steps.empty() || (equals_ignoring_case(request.table, requests.front().table) &&
                                                  change.key.partition == steps.front().change.key.partition);
        if (!same_group) return fail(ErrorCode::commands_in_batch_act_on_different_partitions);
        if (!seen.insert({change.key.partition, change.key.row}).second) return fail(ErrorCode::invalid_duplicate_row);
        return Step{std::move(change), how, request.content_id};
    };
    for (const InnerRequest& request : requests) {
        auto step = parse_step(request);
        if (!step) return fail(at_index(steps.size(), step.error()));
        steps.push_back(*std::move(step));
    }
    return steps;
}

struct Applied {
    std::string table;
    std::vector<Instant> timestamps;
};

/// All of the changes or none: every one is judged before the first row changes. Entities of a set differ, so no change
/// sees another.
Result<Applied> apply(WriteTxn& tx, std::string_view table_name, const std::vector<Step>& steps) {
    auto table = require_table(tx, table_name);
    if (!table) return fail(at_index(0, table.error()));
    Applied applied{table->name, {}};
    std::vector<std::optional<PackedProperties>> outcomes;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        auto outcome = changed(find_entity(tx, table->table_id, steps[i].change.key), steps[i].change);
        if (!outcome) return fail(at_index(i, outcome.error()));
        outcomes.push_back(*std::move(outcome));
    }
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const EntityKey& key = steps[i].change.key;
        const Instant timestamp = tx.next_tick();
        applied.timestamps.push_back(timestamp);
        if (outcomes[i]) {
            put_entity(tx, table->table_id, {key, timestamp, *outcomes[i]});
        } else {
            remove_entity(tx, table->table_id, key);
        }
    }
    return applied;
}

/// One answer as a part: `application/http`.
void append_part(std::string& to, std::string_view boundary, std::string_view content_id, const Response& response) {
    to.append("--").append(boundary).append(
        "\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n");
    const std::string id = content_id.empty() ? "" : "Content-ID: " + std::string(content_id) + "\r\n";
    append_embedded(to, usual_reason(response.status), id, response);
}

Response multipart_response(std::string_view boundary, std::string body) {
    Response response;
    response.status = 202;
    response.fields.add("Content-Type", "multipart/mixed; boundary=" + std::string(boundary));
    add_odata_headers(response);
    response.set_body(std::move(body));
    return response;
}

Response error_part(const Exchange& x, const StorageError& error) {
    return error_response(error, ErrorFormat::table_json, false, x.request_id, x.store->now());
}

/// The answers of a set of changes; on failure the one of the change that failed.
Response set_response(const Exchange& x, const Result<Applied>& applied, const std::vector<Step>& steps) {
    const std::string outer = "batchresponse_" + Guid::fast().text();
    const std::string inner = "changesetresponse_" + Guid::fast().text();
    std::string body = "--" + outer + "\r\nContent-Type: multipart/mixed; boundary=" + inner + "\r\n\r\n";
    if (applied) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            append_part(body, inner, steps[i].content_id,
                        change_response(x, applied->table, steps[i].change, steps[i].how, applied->timestamps[i]));
        }
    } else {
        append_part(body, inner, "", error_part(x, applied.error()));
    }
    body.append("--").append(inner).append("--\r\n--").append(outer).append("--\r\n");
    return multipart_response(outer, std::move(body));
}

/// One query, as if it had come alone.
Task<Result<Response>> run_query(Exchange& x, const InnerRequest& inner) {
    const auto query = Query::parse(inner.query);
    if (!query) co_return fail(ErrorCode::invalid_uri);
    LAZ_CO_CHECK(check_signed_table(x, inner.table));
    LAZ_CO_CHECK(x.identity.before(inner.table).may(kReadsEntities, ServiceLetter::table, x.version));
    Request request = x.request;
    request.method = inner.method;
    request.fields = inner.fields;
    Target target = x.target;
    target.container = inner.table;
    target.name = inner.key;
    // The ranges of a table SAS stand in the query of the batch.
    LAZ_CO_TRY(const KeySpan permitted, permitted_rows(x));
    if (permitted != KeySpan()) co_return fail(ErrorCode::authorization_failure);
    Exchange alone{request,   *query,  target,    x.identity,  x.account,   x.operation,
                   x.version, x.store, x.workers, x.behaviour, x.request_id};
    Result<Response> response = fail(ErrorCode::internal_error);
    if (inner.has_key) {
        response = co_await get_entity(alone);
    } else {
        response = co_await query_entities(alone);
    }
    co_return response;
}

}  // namespace

Task<Result<Response>> batch(Exchange& x) {
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostBodyBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const Parts parts, parse_batch(body, x.request.fields.value_or_empty("Content-Type"), x.target));
    if (!parts.changes) {
        Result<Response> response = co_await run_query(x, parts.requests.front());
        const std::string boundary = "batchresponse_" + Guid::fast().text();
        std::string answer;
        const Response part = response ? *std::move(response) : error_part(x, response.error());
        append_part(answer, boundary, parts.requests.front().content_id, part);
        answer.append("--").append(boundary).append("--\r\n");
        co_return multipart_response(boundary, std::move(answer));
    }
    const auto parse = [&] { return parse_steps(x, parts.requests); };
    Result<std::vector<Step>> steps = fail(ErrorCode::invalid_input);
    if (body.size() > kHashHere) {
        steps = co_await run_on(x.workers, parse);
    } else {
        steps = parse();
    }
    if (!steps) co_return set_response(x, fail(steps.error()), {});
    const Result<Applied> applied =
        co_await x.store->write_large([&](WriteTxn& tx) { return apply(tx, parts.requests.front().table, *steps); });
    co_return set_response(x, applied, *steps);
}

}  // namespace lazulite::table
