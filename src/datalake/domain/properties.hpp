#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "wire/metadata.hpp"

namespace lazulite::datalake {

/// What a directory has among its properties, and its blob among its metadata: `hdi_isfolder: true`.
inline constexpr std::string_view kIsFolder = "hdi_isfolder";

/// `x-ms-properties`: pairs of a name and a value in base64, with commas between them. They are the metadata of the blob or
/// container. Fails with invalid_property_name for one that is empty, invalid_header_value for what is no pair, and as
/// parse_metadata() does. Reference: "Path - Create", request headers.
[[nodiscard]] Result<Metadata> parse_properties(std::string_view text);
[[nodiscard]] std::string format_properties(const Metadata& properties);

}  // namespace lazulite::datalake
