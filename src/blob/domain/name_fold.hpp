#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace lazulite::blob {

/// The common prefix a name folds into: up to and with the first `delimiter` after `prefix`; nothing when there is none
/// or `delimiter` is empty. Reference: "List Blobs", delimiter.
[[nodiscard]] inline std::optional<std::string_view> folded(std::string_view name, std::string_view prefix,
                                                            std::string_view delimiter) {
    if (delimiter.empty()) return std::nullopt;
    const std::size_t at = name.find(delimiter, prefix.size());
    if (at == std::string_view::npos) return std::nullopt;
    return name.substr(0, at + delimiter.size());
}

/// The smallest text that sorts after everything beginning with `prefix`, by bytes; empty when there is none.
[[nodiscard]] inline std::string after_prefix(std::string_view prefix) {
    std::string next(prefix);
    while (!next.empty() && static_cast<unsigned char>(next.back()) == 0xff) next.pop_back();
    if (!next.empty()) next.back() = static_cast<char>(static_cast<unsigned char>(next.back()) + 1);
    return next;
}

}  // namespace lazulite::blob
