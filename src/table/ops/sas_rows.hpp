#pragma once

#include <string_view>

#include "service/exchange.hpp"
#include "table/domain/key.hpp"

namespace lazulite::table {

/// The rows that the caller may touch: of a table SAS those from (`spk`, `srk`) to (`epk`, `erk`), both among them; of
/// everybody else all. Fails with authentication_failed for a row key without its partition key.
/// Reference: "Create a service SAS", partition key and row key ranges.
[[nodiscard]] Result<KeySpan> permitted_rows(const Exchange& x);

/// Whether a SAS for a table is one for this table: a batch names its tables part by part. Fails with
/// authentication_failed.
[[nodiscard]] Result<> check_signed_table(const Exchange& x, std::string_view table);

}  // namespace lazulite::table
