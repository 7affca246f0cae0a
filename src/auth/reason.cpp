#include "auth/reason.hpp"

#include "base/error_table.hpp"

namespace lazulite {

std::string_view word(Rule rule) {
    switch (rule) {
        case Rule::none:
            return "";
        case Rule::malformed:
            return "malformed";
        case Rule::signature:
            return "signature";
        case Rule::time:
            return "time";
        case Rule::clock_skew:
            return "clockSkew";
        case Rule::source_ip:
            return "sourceIp";
        case Rule::protocol:
            return "protocol";
        case Rule::version:
            return "version";
        case Rule::service:
            return "service";
        case Rule::resource_type:
            return "resourceType";
        case Rule::resource:
            return "resource";
        case Rule::permission:
            return "permission";
        case Rule::role:
            return "role";
        case Rule::credentials:
            return "credentials";
        case Rule::token:
            return "token";
        case Rule::stored_policy:
            return "storedPolicy";
        case Rule::public_access:
            return "publicAccess";
        case Rule::account_switch:
            return "accountSwitch";
        case Rule::cors:
            return "cors";
        case Rule::operation:
            return "operation";
    }
    return "";
}

Rule rule_of(const StorageError& error, const Reason& why) {
    if (why.rule != Rule::none) return why.rule;
    const int status = info(error.code()).status;
    switch (error.code()) {
        case ErrorCode::authentication_failed:
        case ErrorCode::invalid_authentication_info:
            return Rule::malformed;
        case ErrorCode::authorization_source_ip_mismatch:
            return Rule::source_ip;
        case ErrorCode::authorization_protocol_mismatch:
            return Rule::protocol;
        case ErrorCode::authorization_service_mismatch:
            return Rule::service;
        case ErrorCode::authorization_resource_type_mismatch:
            return Rule::resource_type;
        case ErrorCode::authorization_permission_mismatch:
            return Rule::permission;
        case ErrorCode::key_based_authentication_not_permitted:
        case ErrorCode::public_access_not_permitted:
            return Rule::account_switch;
        case ErrorCode::no_authentication_information:
            return Rule::public_access;
        case ErrorCode::invalid_bearer_token:
            return Rule::token;
        case ErrorCode::cors_preflight_failure:
            return Rule::cors;
        default:
            return status == 401 || status == 403 ? Rule::operation : Rule::none;
    }
}

std::string needed_letters(const Needs& needs) {
    std::string text = needs.letters.text(" or ");
    if (needs.also.empty()) return text;
    return text + (text.empty() ? "" : ", and ") + needs.also.text(" and ");
}

}  // namespace lazulite
