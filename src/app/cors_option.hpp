#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "lazulite/emulator.hpp"

namespace lazulite {

/// CORS rules as one text, for `--cors` and `LAZULITE_CORS`, separated by blanks. A rule is its origins, or fields:
///
///     http://localhost:3000,https://contoso.com
///     allowedOrigins=*;allowedMethods=GET,PUT;allowedHeaders=x-ms-*;exposedHeaders=*;maxAgeInSeconds=200
///
/// What a rule does not name is open: every method, `*` headers, an hour. Nothing when any part is malformed, and for
/// more than five rules.
[[nodiscard]] std::optional<std::vector<CorsOptions>> parse_cors(std::string_view text);

/// The same fields in the configuration file: a list of objects whose values are lists of texts (maxAgeInSeconds: a
/// number); or one text as above.
[[nodiscard]] std::optional<std::vector<CorsOptions>> read_cors(const nlohmann::json& value);

}  // namespace lazulite
