#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace lazulite::blob {

/// 3 to 63 of `a-z 0-9 -`, a letter or digit at both ends, no `--`; or `$root`, `$web`, `$logs`, `$blobchangefeed`.
/// Fails with out_of_range_input (length) or invalid_resource_name.
/// Reference: "Naming and Referencing Containers, Blobs, and Metadata".
[[nodiscard]] Result<> check_container_name(std::string_view name);
/// Whether a client may make it: of the `$` names only `$root` and `$web`.
[[nodiscard]] Result<> check_new_container_name(std::string_view name);

/// 1 to 1,024 characters (UTF-16 units), none of them a control character, at most 254 segments; in `$root` without a
/// slash.
/// Fails with out_of_range_input, invalid_uri or invalid_resource_name.
[[nodiscard]] Result<> check_blob_name(std::string_view container, std::string_view name);

/// Segments of a path in a hierarchical account: 63 with the account and the container, of which 61 were seen to fail.
inline constexpr std::size_t kDeepestPath = 60;

}  // namespace lazulite::blob
