#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazulite::bench {

/// The text between <tag> and </tag> from `from` on, as it stands there; moves `from` behind it. For XML without
/// attributes.
std::optional<std::string_view> element(std::string_view xml, std::string_view tag, std::size_t& from);

/// The text that this one, with entities, stands for.
std::string unescape(std::string_view text);

}  // namespace lazulite::bench
