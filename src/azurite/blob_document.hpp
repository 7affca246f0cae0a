#pragma once

#include <optional>
#include <string>
#include <vector>

#include "azurite/folder.hpp"
#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"

namespace lazulite::azurite {

/// A document of `$CONTAINERS_COLLECTION$`, without ids.
[[nodiscard]] blob::Container container_of(const Document& document);

/// Bytes of a page blob at [start, end); nothing else of it is written.
struct PageRange {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    Chunk chunk;  ///< just as long
    bool operator==(const PageRange&) const = default;
};

/// What of `ranges` stands in none of `others`; both in order.
[[nodiscard]] std::vector<PageRange> without_covered(const std::vector<PageRange>& ranges, const std::vector<PageRange>& others);
/// What of `ranges` does not stand in `others` with the same bytes.
[[nodiscard]] std::vector<PageRange> without_same(const std::vector<PageRange>& ranges, const std::vector<PageRange>& others);

/// A document of `$BLOBS_COLLECTION$`: a current blob, or a snapshot.
struct FoundBlob {
    struct Block {
        std::string id;  ///< decoded; of an append blob: empty
        Chunk chunk;
    };

    std::string account;
    std::string container;
    std::string name;
    std::optional<Instant> snapshot;
    blob::Blob blob;              ///< without content
    std::optional<Chunk> whole;   ///< of a block blob that was put at once
    std::vector<Block> blocks;    ///< of one that was made of blocks, and of an append blob
    std::vector<PageRange> pages;
};
/// Nothing for a name that has uncommitted blocks alone. Throws where bytes are missing or do not make up the blob.
[[nodiscard]] std::optional<FoundBlob> blob_of(Document document, const ExtentFiles& files);

/// A document of `$BLOCKS_COLLECTION$`: a block that was not committed.
struct FoundBlock {
    std::string account;
    std::string container;
    std::string name;
    std::string id;  ///< decoded
    Chunk chunk;
};
[[nodiscard]] FoundBlock block_of(Document document, const ExtentFiles& files);

}  // namespace lazulite::azurite
