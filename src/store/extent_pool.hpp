#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "store/extents.hpp"
#include "store/store.hpp"

namespace lazulite {

/// The extents of one store, with what its engine and its reclaimer need beyond `Extents`. Any thread.
///
/// Opening touches no file: whatever stands in the folder was written by another process and is sealed. Ids start at
/// `first_id`; one that is taken on disk (a crash before its row was committed) is skipped. The destructor removes
/// extents of this process that nothing was kept in; bytes still pending may outlive the pool.
class ExtentPool : public Extents {
  public:
    struct Options {
        std::string directory;  ///< "lazulite/a/1/extents-blob"; made with the first extent
        Guid store;             ///< the store's uuid, in the header page of every extent
        Durability durability = Durability::process;  ///< `power`: finish() waits for the disk; `none`: memfds
        std::uint64_t first_id = 1;                   ///< next_extent_id(connection)
        std::uint64_t packed_limit = kPackedLimit;
        std::uint64_t exclusive_from = kExclusiveFrom;
        std::size_t open_files = 256;  ///< descriptors kept for reading; in memory all stay
    };

    /// Removes the file if nobody writes to it and no upload into it is in flight; false: not yet (or an I/O error).
    /// Only for extents that no row names. A file that is gone already counts as removed.
    virtual bool remove(std::uint64_t extent) = 0;
    /// Gives the blocks of a freed range back. Nothing happens where the file has a second link (a fork uses it) or is gone.
    virtual void punch(const Range& range) = 0;
    /// Their blocks follow each other, so that one punch from the first to the end of the second gives back both.
    [[nodiscard]] static bool touch(const Range& first, const Range& second) {
        return second.offset <= (first.offset + first.length + kAlignment - 1) / kAlignment * kAlignment;
    }
    /// Extents with lower ids are not written to any more.
    [[nodiscard]] virtual std::uint64_t first_open() const = 0;
    /// Puts on the disk all that was written before the call, and what is needed to find it. After a failure the next call
    /// tries again. Only where uploads do not do so themselves (`process`).
    virtual IoResult<> sync_written() = 0;
    /// The same for what earlier processes wrote into extents from `first` on.
    virtual IoResult<> sync_earlier(std::uint64_t first) = 0;
    /// Extents that earlier processes left in the folder, in any order: those without a row are a crash's litter.
    [[nodiscard]] virtual std::vector<std::uint64_t> found_at_start() = 0;
};

[[nodiscard]] std::unique_ptr<ExtentPool> make_extents(FileSystem& files, ExtentPool::Options options);

/// "lazulite/a/1/extents-blob/000000000000002a"
[[nodiscard]] std::string extent_path(const std::string& directory, std::uint64_t extent);

/// The id in the name of an extent's file, if it is one.
[[nodiscard]] std::optional<std::uint64_t> extent_id(std::string_view file_name);

inline constexpr std::uint64_t kExtentFormat = 1;
inline constexpr std::size_t kExtentTitleBytes = 24;
/// That of an extent which a newer lazulite wrote, by the beginning of its file; nothing of any other file.
[[nodiscard]] std::optional<std::uint64_t> newer_extent_format(std::string_view page);

/// The first 4 KiB of every extent: magic, format, store uuid, extent id, CRC-64 of these; the rest is zero.
[[nodiscard]] std::string extent_header(const Guid& store, std::uint64_t extent);

}  // namespace lazulite
