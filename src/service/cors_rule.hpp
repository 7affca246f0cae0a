#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lazulite {

/// One CORS rule of a service: at most five of them, the first that fits decides. An origin, method or header may be
/// `*`; a header may end with `*`. Reference: "Cross-Origin Resource Sharing (CORS) support for Azure Storage".
struct CorsRule {
    std::vector<std::string> allowed_origins;
    std::vector<std::string> allowed_methods;
    std::vector<std::string> allowed_headers;
    std::vector<std::string> exposed_headers;
    std::uint32_t max_age_seconds = 0;

    bool operator==(const CorsRule&) const = default;
};

inline constexpr std::size_t kMostCorsRules = 5;

}  // namespace lazulite
