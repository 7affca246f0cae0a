#include "app/judged_sas.hpp"

#include <algorithm>

#include "auth/account_sas.hpp"
#include "auth/service_sas.hpp"
#include "auth/user_delegation_sas.hpp"
#include "base/error_table.hpp"
#include "wire/date.hpp"

namespace lazulite {
namespace {

constexpr ServiceVersion kNewLetters{2015, 4, 5};
/// Nobody here knows a user delegation key, so whatever is signed with this one is not judged.
const std::string kNoKey(32, '\0');

/// The policy that the SAS names, giving what the SAS leaves open.
StoredPolicies assumed_policy(const Query& query, Instant now) {
    StoredPolicy policy{std::string(query.value_or_empty("si")), std::nullopt, std::nullopt, {}};
    if (query.value_or_empty("se").empty()) policy.expiry = now + std::chrono::hours(1);
    const auto version = ServiceVersion::parse(query.value_or_empty("sv"));
    if (query.value_or_empty("sp").empty()) {
        policy.permission = version && *version >= kNewLetters ? "racwdxyltmeopfiu" : "rwd";
    }
    return {policy};
}

Result<Identity> verified(const SasCheck& check) {
    const Query& query = check.query;
    if (is_account_sas(query)) return verify_account_sas(check);
    if (!is_user_delegation_sas(query)) {
        return verify_service_sas(check, [&] { return assumed_policy(query, check.account_now); });
    }
    const FieldViews none;
    return verify_user_delegation_sas(
        check, {.key = [](const DelegationKey&) { return std::optional(kNoKey); },
                .rights = [](std::string_view, std::string_view) { return Rights::all(); },
                .bearer = [&]() -> Result<std::string> { return std::string(query.value_or_empty("sduoid")); },
                .fields = none});
}

std::string signed_anew(const SasCheck& check, const std::string& message) {
    if (is_user_delegation_sas(check.query)) return base64_encode(HmacSha256(as_bytes(kNoKey)).sign(message));
    return check.keys.front().sign(message);
}

Query with_signature(const Query& query, std::string_view signature) {
    std::string text;
    for (const auto& [name, value] : query.all()) {
        const bool replaced = equals_ignoring_case(name, "sig");
        text.append(text.empty() ? "" : "&").append(percent_encode(name)).append("=");
        text.append(percent_encode(replaced ? signature : value));
    }
    return *Query::parse(text);
}

/// A moment at which all that is valid for a while is valid, where there is one.
Instant within_its_time(const Query& query, Instant now) {
    std::optional<Instant> from;
    std::optional<Instant> until;
    for (const std::string_view name : {"st", "skt"}) {
        const auto start = parse_iso8601(query.value_or_empty(name));
        if (start && (!from || *start > *from)) from = start;
    }
    for (const std::string_view name : {"se", "ske"}) {
        const auto expiry = parse_iso8601(query.value_or_empty(name));
        if (expiry && (!until || *expiry < *until)) until = expiry;
    }
    if (from) return *from;
    return until ? *until - std::chrono::seconds(1) : now;
}

/// False where there is nothing to put right.
bool put_right(SasCheck& check, Query& query, const Reason& why, Rule rule) {
    switch (rule) {
        case Rule::signature:
            query = with_signature(query, signed_anew(check, why.string_to_sign));
            return true;
        case Rule::time:
            check.account_now = within_its_time(query, check.account_now);
            return true;
        case Rule::account_switch:
            check.keys_permitted = true;
            return true;
        case Rule::protocol:
            check.secure = true;
            return true;
        case Rule::source_ip: {
            const std::string_view sip = query.value_or_empty("sip");
            check.remote_address = sip.substr(0, sip.find('-'));
            return true;
        }
        default:
            return false;
    }
}

}  // namespace

JudgedSas judge_sas(SasCheck given, bool keys_known) {
    JudgedSas judged;
    judged.signature_judged = keys_known && !is_user_delegation_sas(given.query);
    Query query = given.query;
    SasCheck check{query,        given.account,        given.keys,    given.account_now, given.remote_address,
                   given.secure, given.keys_permitted, given.service, given.container,   given.name};
    Rule last = Rule::none;
    while (true) {
        Reason why;
        check.why = &why;
        auto identity = verified(check);
        if (!why.string_to_sign.empty()) judged.string_to_sign = why.string_to_sign;
        if (identity) {
            judged.identity = *std::move(identity);
            return judged;
        }
        const Rule rule = rule_of(identity.error(), why);
        if (rule == last) return judged;  // it cannot be put right
        last = rule;
        if (rule != Rule::signature || judged.signature_judged) judged.refusals.push_back({identity.error(), rule});
        if (!put_right(check, query, why, rule)) return judged;
    }
}

std::string told(const SasRefusal& refusal) {
    const StorageError::Extra* const extra = refusal.error.details();
    std::string text(info(refusal.error.code()).message);
    if (extra && !extra->message.empty()) text = extra->message;
    if (extra && !extra->elements.empty() && extra->elements.front().name != "SourceIP")
        text = extra->elements.front().value;
    return text.substr(0, text.find(" String to sign used"));
}

}  // namespace lazulite
