#include "service/operation.hpp"

#include <string>

namespace lazulite {
namespace {

bool meets(const Match::HeaderIs& condition, const Request& request) {
    if (condition.name.empty()) return true;
    const auto value = request.fields.find(condition.name);
    return value && (condition.value.empty() || equals_ignoring_case(*value, condition.value));
}

bool meets_parameter(const Match& match, const Query& query) {
    if (match.query.empty()) return true;
    const std::string_view* value = query.find(match.query);
    return value && (match.value.empty() || equals_ignoring_case(*value, match.value));
}

bool meets_all(const Match& match, const Request& request, const Query& query) {
    if (!meets_parameter(match, query)) return false;
    for (const auto& header : match.headers) {
        if (!meets(header, request)) return false;
    }
    return true;
}

StorageError unmet(const Match& match, const Request& request, const Query& query) {
    if (!match.query.empty() && !query.has(match.query)) {
        return StorageError(ErrorCode::missing_required_query_parameter).with("QueryParameterName", match.query);
    }
    if (!meets_parameter(match, query)) {
        return StorageError(ErrorCode::invalid_query_parameter_value)
            .with("QueryParameterName", match.query)
            .with("QueryParameterValue", query.value_or_empty(match.query))
            .with("Reason", "The value names no operation on this resource.");
    }
    for (const auto& header : match.headers) {
        if (meets(header, request)) continue;
        const auto value = request.fields.find(header.name);
        if (!value) return StorageError(ErrorCode::missing_required_header).with("HeaderName", header.name);
        return StorageError(ErrorCode::invalid_header_value)
            .with("HeaderName", header.name)
            .with("HeaderValue", *value);
    }
    return {ErrorCode::invalid_input};
}

bool names(const Operation& row, Scope scope, std::string_view comp, std::string_view restype) {
    return row.scope == scope && equals_ignoring_case(row.match.comp, comp) &&
           equals_ignoring_case(row.match.restype, restype);
}

void allow(std::string& allowed, Method method) {
    const std::string_view name = to_string(method);
    if (allowed.find(name) == std::string::npos) allowed.append(allowed.empty() ? "" : ", ").append(name);
}

StorageError no_such_resource(const Query& query) {
    for (const std::string_view name : {"comp", "restype"}) {
        if (const std::string_view* value = query.find(name)) {
            return StorageError(ErrorCode::invalid_query_parameter_value)
                .with("QueryParameterName", name)
                .with("QueryParameterValue", *value)
                .with("Reason", "The value names no operation on this resource.");
        }
    }
    return {ErrorCode::invalid_uri};
}

}  // namespace

Result<const Operation*> match_operation(std::span<const Operation> table, const Request& request, const Query& query,
                                         Scope scope, ErrorCode wrong_method) {
    const std::string_view comp = query.value_or_empty("comp");
    const std::string_view restype = query.value_or_empty("restype");
    const Operation* best = nullptr;
    const Operation* nearest = nullptr;
    for (const Operation& row : table) {
        if (!row.answers(request.method) || !names(row, scope, comp, restype)) continue;
        if (!meets_all(row.match, request, query)) {
            if (!nearest) nearest = &row;
        } else if (!best || row.match.conditions() > best->match.conditions()) {
            best = &row;
        }
    }
    if (best) return best;
    if (nearest) return fail(unmet(nearest->match, request, query));
    std::string allowed;
    for (const Operation& row : table) {
        if (!names(row, scope, comp, restype)) continue;
        allow(allowed, row.method);
        if (row.also_head) allow(allowed, Method::head);
    }
    if (!allowed.empty()) return fail(StorageError(wrong_method).with_header("Allow", allowed));
    return fail(no_such_resource(query));
}

}  // namespace lazulite
