#pragma once

#include <memory>
#include <string>

#include "blob/rows/blobs.hpp"
#include "store/snapshot_cache.hpp"

namespace lazulite::blob {

/// Blobs of up to this size are kept in memory once they were read.
inline constexpr std::uint64_t kLongestKept = 64 << 10;
/// What the blobs (or the pages) of one store take at most.
inline constexpr std::size_t kMostKeptBytes = 24 << 20;

/// A blob as it was read, and all of its bytes where there are few.
struct KeptBlob {
    BlobKey key;
    Blob blob;  ///< as of then
    std::shared_ptr<const std::string> bytes;
    bool current = true;  ///< not a former state
};

/// The blobs of a store that were read lately, by container and name.
struct KeptBlobs : SnapshotCache<KeptBlob> {
    KeptBlobs() : SnapshotCache(kMostKeptBytes) {}
};

/// Whether a blob may be kept: it is small, and stays as it is until somebody writes. A tier may change with time, and so
/// may a pending copy; a path may expire, and reading may have to be noted.
[[nodiscard]] inline bool may_be_kept(const Blob& blob) {
    return blob.size <= kLongestKept && !blob.expires && !blob.tier.rehydration && !blob.tier.archived() &&
           blob.tier.set != AccessTier::smart && !(blob.copy && blob.copy->pending());
}

}  // namespace lazulite::blob
