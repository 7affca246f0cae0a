#pragma once

#include <cstdint>
#include <string_view>

namespace lazulite {

enum class Method : std::uint8_t { get, head, put, post, delete_, options, merge, patch, unknown };

[[nodiscard]] std::string_view to_string(Method method);   ///< "GET", "DELETE", ...; "UNKNOWN"
[[nodiscard]] Method parse_method(std::string_view text);  ///< case-sensitive, as HTTP is

}  // namespace lazulite
