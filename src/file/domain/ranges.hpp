#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lazulite::file {

/// Files are known by pieces of so many bytes: what of one is written makes all of it a range. Reference: "Put Range".
inline constexpr std::uint64_t kRangeBytes = 512;

/// Part of a file, up to `end`.
struct FileRange {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    bool cleared = false;
    bool operator==(const FileRange&) const = default;
};

/// Adds to ranges in order one that begins in or behind the last of them, in whole pieces, cut at `size`: it is joined to what it
/// touches. A piece with something written in it is not cleared.
void add_range(std::vector<FileRange>& ranges, FileRange range, std::uint64_t size);

}  // namespace lazulite::file
