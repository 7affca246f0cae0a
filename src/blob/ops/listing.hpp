#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wire/uri.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::blob {

inline constexpr std::int64_t kMostResults = 5000;

/// A marker is opaque to clients: here the key that the next page begins with, so it survives the deletion of that row,
/// in characters that need no escape in a URL.
[[nodiscard]] std::string encode_marker(std::string_view next_key);
/// Fails with invalid_query_parameter_value for text that no listing gave out. Empty: the beginning.
[[nodiscard]] Result<std::string> decode_marker(std::string_view marker);

/// The values of `include`: a comma list, the parameter may be repeated. Fails with invalid_query_parameter_value for one
/// that is not in `known`.
[[nodiscard]] Result<std::vector<std::string>> parse_include(const Query& query, std::span<const std::string_view> known);
[[nodiscard]] bool includes(const std::vector<std::string>& include, std::string_view value);

/// The `Metadata` element of an entry, from its packed form; none for an entry without metadata, which SDKs show as no
/// pairs either way.
void write_metadata(XmlWriter& xml, std::string_view packed);

/// `Prefix`, `Marker`, `MaxResults`, `Delimiter` as the request gave them: absent ones are left out.
void echo_parameters(XmlWriter& xml, const Query& query);

}  // namespace lazulite::blob
