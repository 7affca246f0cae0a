#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "service/request_log.hpp"
#include "wire/uri.hpp"

namespace lazulite {

/// `{"requests":[...]}`, the newest first: of `account`, with `status`, at most `limit` of them, where the query names
/// these. Nothing where status or limit is no number. What was refused has a `why`.
[[nodiscard]] std::optional<nlohmann::json> shown_requests(const RequestLog& log, const Query& query);

}  // namespace lazulite
