#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"
#include "service/cors_rule.hpp"
#include "wire/message.hpp"

namespace lazulite {

/// The first rule that allows this origin this method; what else it says, no later rule can mend. Null when there is
/// none. An origin is compared as the user agent sends it, with case; `*` stands for every origin, or for one or more
/// labels of a host ("https://*.contoso.com"). Without an origin only a rule for every origin fits. Reference: "CORS
/// support for Azure Storage", evaluation logic.
[[nodiscard]] const CorsRule* find_cors_rule(std::span<const CorsRule> rules, std::string_view origin,
                                             std::string_view method);

/// The answer to an OPTIONS request: 200 and what the rule allows. Fails with invalid_header_value (400) when Origin or
/// Access-Control-Request-Method is missing, cors_preflight_failure (403) when no rule fits or the one that does allows
/// not all of Access-Control-Request-Headers. Reference: "Preflight Blob Request", and the same of each service.
[[nodiscard]] Result<Response> answer_preflight(std::span<const CorsRule> rules, const FieldViews& fields);

/// What the answer to an actual request carries besides, as the table of the reference's CORS page says: for GET and
/// HEAD also without an Origin. Call when all other fields are there, since the exposed ones are listed.
void add_cors_headers(Response& response, std::span<const CorsRule> rules, const Request& request);

}  // namespace lazulite
