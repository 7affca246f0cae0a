#pragma once

#include <string_view>

namespace lazulite {

/// The media type of files with that name's extension, whatever its case; `application/octet-stream` where none is known.
[[nodiscard]] std::string_view content_type_of(std::string_view file_name);

}  // namespace lazulite
