#pragma once

#include <optional>
#include <string>

#include "blob/ops/common.hpp"
#include "datalake/domain/properties.hpp"
#include "service/exchange.hpp"
#include "wire/codec.hpp"

namespace lazulite::datalake {

/// `x-ms-properties` of a request: nothing where it is absent, no pairs where it is empty.
[[nodiscard]] Result<std::optional<Metadata>> properties_of(const Request& request);

/// What answers about a filesystem or path tell of its account.
void add_namespace(Response& response, const blob::Container& container);

/// Text that another page of a listing begins with, and back. Fails with invalid_query_parameter_value.
[[nodiscard]] std::string encode_continuation(std::string_view position);
[[nodiscard]] Result<std::string> decode_continuation(const Query& query);

/// A page as JSON; `continuation`: where the next one begins, nothing on the last.
[[nodiscard]] Response json_page(std::string body, const std::optional<std::string>& continuation);

}  // namespace lazulite::datalake
