#pragma once

#include <cstdint>
#include <string_view>

#include "auth/permissions.hpp"

namespace lazulite {

/// A surface: what a listener speaks. Data Lake and web are two more faces over the blob service's data.
enum class ServiceKind : std::uint8_t { blob, queue, table, file, dfs, web };
inline constexpr ServiceKind kServiceKinds[] = {ServiceKind::blob, ServiceKind::queue, ServiceKind::table,
                                                ServiceKind::file, ServiceKind::dfs,   ServiceKind::web};

/// As flags and host names spell it: "blob", "queue", "table", "file", "dfs", "web".
[[nodiscard]] constexpr std::string_view label(ServiceKind kind) {
    constexpr std::string_view kLabels[] = {"blob", "queue", "table", "file", "dfs", "web"};
    return kLabels[static_cast<std::size_t>(kind)];
}
/// As people read it: "Blob", ..., "Data Lake", "Web".
[[nodiscard]] constexpr std::string_view title(ServiceKind kind) {
    constexpr std::string_view kTitles[] = {"Blob", "Queue", "Table", "File", "Data Lake", "Web"};
    return kTitles[static_cast<std::size_t>(kind)];
}
[[nodiscard]] constexpr ServiceLetter sas_letter(ServiceKind kind) {
    constexpr ServiceLetter kSasLetters[] = {ServiceLetter::blob, ServiceLetter::queue, ServiceLetter::table,
                                             ServiceLetter::file, ServiceLetter::blob,  ServiceLetter::blob};
    return kSasLetters[static_cast<std::size_t>(kind)];
}

}  // namespace lazulite
