#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/text.hpp"

namespace lazulite::blob {

/// From the beginning of Windows file times, 1601, to that of ours; both count in 100 ns.
inline constexpr std::int64_t kFileTimeEpoch = 116'444'736'000'000'000;

/// A time as Data Lake writes it: a Windows file time, in decimal. The id of a deletion is one.
[[nodiscard]] inline std::string file_time(Instant when) { return std::to_string(tick_count(when) + kFileTimeEpoch); }
[[nodiscard]] inline std::optional<Instant> parse_file_time(std::string_view text) {
    const auto ticks = parse_number<std::uint64_t>(text);
    if (!ticks || *ticks > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return instant_of(static_cast<std::int64_t>(*ticks) - kFileTimeEpoch);
}

}  // namespace lazulite::blob
