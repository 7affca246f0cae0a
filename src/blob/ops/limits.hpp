#pragma once

#include <cstdint>

#include "wire/service_version.hpp"

namespace lazulite::blob {

inline constexpr std::uint64_t kMiB = 1ULL << 20;

/// Reference: "Scalability and performance targets for Blob storage", sizes by service version.
[[nodiscard]] constexpr std::uint64_t put_blob_limit(ServiceVersion version) {
    if (version >= ServiceVersion(2019, 12, 12)) return 5000 * kMiB;
    if (version >= ServiceVersion(2016, 5, 31)) return 256 * kMiB;
    return 64 * kMiB;
}

[[nodiscard]] constexpr std::uint64_t put_block_limit(ServiceVersion version) {
    if (version >= ServiceVersion(2019, 12, 12)) return 4000 * kMiB;
    if (version >= ServiceVersion(2016, 5, 31)) return 100 * kMiB;
    return 4 * kMiB;
}

[[nodiscard]] constexpr std::uint64_t append_block_limit(ServiceVersion version) {
    return version >= ServiceVersion(2022, 11, 2) ? 100 * kMiB : 4 * kMiB;
}
inline constexpr std::uint64_t kPutPageLimit = 4 * kMiB;

/// A body of Put Block List: 50,000 entries with ids of 88 characters and their tags stay below.
inline constexpr std::uint64_t kBlockListBodyLimit = 16 * kMiB;
/// A range whose hash is asked for.
inline constexpr std::uint64_t kRangeHashLimit = 4 * kMiB;

}  // namespace lazulite::blob
