#include "service/request_log.hpp"

#include <algorithm>

#include "auth/signed_resource.hpp"
#include "base/error_table.hpp"
#include "service/secrets.hpp"

namespace lazulite {
namespace {

void set(std::string& to, std::string_view text, std::size_t most) {
    to.assign(text.substr(0, most));
}

/// What the error tells the client about its credentials, in one text.
std::string detail_of(const StorageError& error) {
    const StorageError::Extra* const extra = error.details();
    if (!extra) return std::string(info(error.code()).message);
    std::string text = extra->message;
    for (const auto& [name, value] : extra->elements) {
        if (name == "SourceIP") continue;  // the message has it
        text.append(text.empty() ? "" : " ").append(value);
    }
    return text.empty() ? std::string(info(error.code()).message) : text;
}

/// Made before the lock is taken: only of a request that was refused.
struct Refused {
    Reason why;
    std::string detail;
};
Refused refused(const Request& request, const Answered& answered) {
    const Reason noted = answered.why ? *answered.why : Reason();
    Refused made{{.rule = rule_of(*answered.error, noted)}, {}};
    if (made.why.rule == Rule::none) return made;
    const Secrets secrets(request);
    const auto cut = [&](std::string_view text) { return secrets.masked(text).substr(0, RequestLog::kLongestText); };
    std::string_view resource = noted.canonical_resource;
    const bool for_a_resource =
        answered.caller == Caller::service_sas || answered.caller == Caller::user_delegation_sas;
    if (resource.empty() && for_a_resource) resource = sas_canonical_resource(noted.string_to_sign);
    made.why.string_to_sign = cut(noted.string_to_sign);
    made.why.canonical_resource = cut(resource);
    made.why.needed = cut(noted.needed);
    made.why.granted = cut(noted.granted);
    made.detail = cut(detail_of(*answered.error));
    return made;
}

}  // namespace

std::string_view word(Caller caller) {
    constexpr std::string_view kWords[] = {"anonymous",         "owner", "accountSas", "serviceSas",
                                           "userDelegationSas", "bearer"};
    return kWords[static_cast<std::size_t>(caller)];
}

void RequestLog::add(const Request& request, const Answered& answered, Instant now) {
    Refused reason;
    if (answered.error) reason = refused(request, answered);
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[next_];
    next_ = (next_ + 1) % kEntries;
    used_ = std::min(used_ + 1, kEntries);
    entry.time = now;
    set(entry.request_id, answered.request_id, kLongestId);
    set(entry.client_request_id, request.fields.value_or_empty("x-ms-client-request-id"), kLongestId);
    set(entry.method, request.method_text, kLongestId);
    entry.path.clear();
    append_masked_path(entry.path, request.path, kLongestPath);
    entry.query.clear();
    append_masked_query(entry.query, request.query, kLongestQuery);
    entry.service = label(answered.service);
    entry.operation = answered.operation;
    set(entry.account, answered.account, kLongestId);
    entry.caller = answered.caller;
    set(entry.object_id, answered.object_id, kLongestId);
    entry.within = answered.within;
    entry.status = answered.status;
    entry.error_code = answered.error ? info(answered.error->code()).name : std::string_view{};
    entry.why = std::move(reason.why);
    entry.detail = std::move(reason.detail);
}

void RequestLog::for_each(const std::function<bool(const Entry&)>& each) const {
    const std::lock_guard lock(mutex_);
    for (std::size_t back = 1; back <= used_; ++back) {
        if (!each(entries_[(next_ + kEntries - back) % kEntries])) return;
    }
}

}  // namespace lazulite
