#pragma once

#include <string_view>

#include "base/result.hpp"

namespace lazulite {

/// out_of_range_input, as it is said of names.
[[nodiscard]] StorageError wrong_name_length();

/// The rule for names of containers, queues and shares: 3 to 63 of `a-z 0-9 -`, a letter or digit at both ends, no `--`.
/// Fails with out_of_range_input (length) or invalid_resource_name. Reference: "Naming and Referencing Containers, Blobs,
/// and Metadata", "Naming Queues and Metadata", "Naming and Referencing Shares, Directories, Files, and Metadata".
[[nodiscard]] Result<> check_dns_name(std::string_view name);

}  // namespace lazulite
