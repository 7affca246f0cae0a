#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazulite::blob {

inline constexpr std::size_t kMostCommittedBlocks = 50'000;
inline constexpr std::size_t kMostStagedBlocks = 100'000;
inline constexpr std::size_t kLongestBlockId = 64;  ///< bytes, decoded

/// Where Put Block List looks for a block.
enum class BlockSearch : std::uint8_t { committed, uncommitted, latest };

struct BlockListEntry {
    BlockSearch search;
    std::string_view id;  ///< decoded
};

/// What an entry was found as: an index into the committed or into the staged blocks.
struct ChosenBlock {
    bool staged;
    std::size_t index;
};

/// Finds every entry: `latest` looks among the staged blocks first. Ids are decoded and unique within `staged`; of
/// equal ids in `committed` the first counts. Fails with invalid_block_list for an id that is nowhere,
/// block_list_too_long past 50,000 entries. Reference: "Put Block List".
[[nodiscard]] Result<std::vector<ChosenBlock>> choose_blocks(std::span<const BlockListEntry> entries,
                                                             std::span<const std::string_view> committed,
                                                             std::span<const std::string_view> staged);

/// A block id as the query or the XML carries it, decoded. Fails with `otherwise` when it is not base64 of 1 to 64
/// bytes.
[[nodiscard]] Result<std::string> decode_block_id(std::string_view base64, const StorageError& otherwise);

}  // namespace lazulite::blob
