#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace lazulite {

/// How far the WAL of a database is committed.
struct WalPosition {
    std::uint64_t salts = 0;  ///< as the header of the WAL holds them; 0 for an empty one
    std::uint64_t frames = 0;
    bool operator==(const WalPosition&) const = default;
};

/// As the header of a wal-index says that stands at `index`, while others write it
/// (https://sqlite.org/walformat.html, 2.1). Nothing when no connection has used it yet.
[[nodiscard]] std::optional<WalPosition> position_in_index(std::byte* index);

}  // namespace lazulite
