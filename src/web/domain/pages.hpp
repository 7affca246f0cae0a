#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazulite::web {

/// Which blobs may answer for `path` (decoded, without the slash that it begins with), in the order in which they are
/// tried; without any, the path means nothing. `index_document` is a name that is served for the root and for every
/// folder, with or without its last slash; `default_index_document_path` is one blob for every path where there is
/// nothing. At most one of them is given. Reference: "Static website hosting in Azure Storage".
[[nodiscard]] std::vector<std::string> pages_for(std::string_view path,
                                                 const std::optional<std::string>& index_document,
                                                 const std::optional<std::string>& default_index_document_path);

}  // namespace lazulite::web
