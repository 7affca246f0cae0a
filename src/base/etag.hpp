#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite {

/// The ETag of a write is its tick as .NET counts ticks (100 ns since year 1), in hexadecimal: `0x8DE28C5B2A1F0C0`, without
/// the quotes that headers put around it.
[[nodiscard]] inline std::string etag_text(Instant tick) {
    constexpr std::int64_t kUnixEpochInDotNetTicks = 621'355'968'000'000'000;
    char text[2 + 16 + 1];
    const int length = std::snprintf(text, sizeof text, "0x%llX",
                                     static_cast<unsigned long long>(tick.time_since_epoch().count() +
                                                                     kUnixEpochInDotNetTicks));
    return {text, static_cast<std::size_t>(length)};
}

[[nodiscard]] inline std::string quoted_etag(Instant tick) { return '"' + etag_text(tick) + '"'; }

/// `"0x8D..."` or `0x8D...`, as clients send it.
[[nodiscard]] inline std::string_view without_quotes(std::string_view etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
    return etag;
}

}  // namespace lazulite
