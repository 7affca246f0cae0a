#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "base/task.hpp"
#include "store/file_system.hpp"

namespace lazulite {

/// A written range of an extent, with the CRC-64 of its bytes. Named by exactly one row (or counted in shared_ranges).
struct Range {
    std::uint64_t extent = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    std::uint64_t crc64 = 0;
};

/// Bytes on their way into an extent: reserved, written at most once per offset, and given back by the destructor unless
/// `keep` was called after the commit that named them. One thread at a time.
class PendingBytes {
  public:
    virtual ~PendingBytes() = default;
    /// Appends to what was written; at most the reserved length where one was given.
    virtual Result<> write(ByteView bytes) = 0;
    /// The disk is behind by more than a stop should wait for: who has more to write awaits `caught_up` first.
    [[nodiscard]] virtual bool behind() const = 0;
    virtual Task<Result<>> caught_up() = 0;
    /// Nothing more comes. In `power` mode the bytes are on the disk when this returns (many wait for one sync).
    virtual Task<Result<Range>> finish() = 0;
    virtual void keep() = 0;
};

/// Extents of one store: files in which each offset is written at most once. Up to 4 MiB go 4 KiB-aligned into a packed
/// extent of the calling io thread (256 MiB, then sealed); more, or an unknown length, into an extent of its own.
/// A process writes only to extents it created; ids and offsets are never reused. Any thread.
class Extents {
  public:
    static constexpr std::uint64_t kHeaderBytes = 4096;
    static constexpr std::uint64_t kAlignment = 4096;
    static constexpr std::uint64_t kPackedLimit = 256ULL << 20;
    static constexpr std::uint64_t kExclusiveFrom = 4ULL << 20;

    virtual ~Extents() = default;
    /// Whether content that stands in rows may come: fails with memory_extent_store_at_size_limit where memory is used up.
    [[nodiscard]] virtual Result<> admit() const = 0;
    /// `length` absent: unknown (chunked). Fails with insufficient_storage, or memory_extent_store_at_size_limit.
    virtual Result<std::unique_ptr<PendingBytes>> reserve(std::optional<std::uint64_t> length) = 0;

    /// An open descriptor of the extent, kept open while the returned handle lives (LRU otherwise).
    struct Opened {
        int descriptor = -1;
        std::shared_ptr<void> keep_open;
    };
    virtual Result<Opened> open(std::uint64_t extent) = 0;
    /// Reads exactly `size` bytes of a range.
    virtual Result<> read(std::uint64_t extent, std::uint64_t offset, void* to, std::size_t size) = 0;
};

}  // namespace lazulite
