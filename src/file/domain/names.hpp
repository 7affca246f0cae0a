#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

// Names of directories and files. Reference: "Naming and referencing shares, directories, files, and metadata".

namespace lazulite::file {

/// How the names of a share compare: SMB keeps the letter case and does not look at it, NFS does.
enum class Casing : std::uint8_t { ignored, kept };

/// The key that a name is found by, and listings are in order of: with letters folded one by one (Unicode's simple
/// mapping, as NTFS does it), or the name itself.
[[nodiscard]] std::string key_of(std::string_view name, Casing casing);

/// What becomes of the dots that end a component: dropped, unless x-ms-allow-trailing-dot is true.
enum class TrailingDots : std::uint8_t { dropped, kept };

/// The components of a path below a share, without its slashes at the end; none: the root directory. Fails with
/// invalid_resource_name for a component that is empty or too long, has one of `"\:|<>*?` or a control character, or is
/// the name of a device; with invalid_file_or_directory_path_name beyond 2,048 characters or 250 components.
[[nodiscard]] Result<std::vector<std::string>> split_path(std::string_view path, TrailingDots dots);

}  // namespace lazulite::file
