#include "app/shown_requests.hpp"

#include "base/text.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

using nlohmann::json;

void add_text(json& to, const char* name, std::string_view text) {
    if (!text.empty()) to[name] = text;
}

json shown(const RequestLog::Entry& entry) {
    json request = {{"time", format_iso8601(entry.time)},
                    {"requestId", entry.request_id},
                    {"method", entry.method},
                    {"path", entry.path},
                    {"query", entry.query},
                    {"service", entry.service},
                    {"operation", entry.operation},
                    {"account", entry.account},
                    {"who", word(entry.caller)},
                    {"status", entry.status}};
    add_text(request, "clientRequestId", entry.client_request_id);
    add_text(request, "objectId", entry.object_id);
    add_text(request, "errorCode", entry.error_code);
    if (entry.within != Within::nothing) request["within"] = entry.within == Within::batch ? "batch" : "copy";
    const Reason& reason = entry.why;
    if (reason.rule == Rule::none) return request;
    json& why = request["why"] = {{"rule", word(reason.rule)}, {"detail", entry.detail}};
    add_text(why, "stringToSign", reason.string_to_sign);
    add_text(why, "canonicalResource", reason.canonical_resource);
    add_text(why, "needed", reason.needed);
    if (!reason.needed.empty()) why["granted"] = reason.granted;
    return request;
}

}  // namespace

std::optional<json> shown_requests(const RequestLog& log, const Query& query) {
    const std::string_view account = query.value_or_empty("account");
    std::optional<int> status;
    if (query.has("status")) {
        status = parse_number<int>(query.value_or_empty("status"));
        if (!status) return std::nullopt;
    }
    std::size_t limit = RequestLog::kEntries;
    if (query.has("limit")) {
        const auto wanted = parse_number<std::size_t>(query.value_or_empty("limit"));
        if (!wanted) return std::nullopt;
        limit = *wanted;
    }
    json requests = json::array();
    log.for_each([&](const RequestLog::Entry& entry) {
        if (requests.size() >= limit) return false;
        const bool wanted = (account.empty() || entry.account == account) && (!status || entry.status == *status);
        if (wanted) requests.push_back(shown(entry));
        return true;
    });
    return json{{"requests", std::move(requests)}};
}

}  // namespace lazulite
