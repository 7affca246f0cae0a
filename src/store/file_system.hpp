#pragma once

#include <cerrno>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <tl/expected.hpp>
#include <vector>

#include "base/hash.hpp"

namespace lazulite {

/// A value or the errno of a file operation.
template <class T = void>
using IoResult = tl::expected<T, std::error_code>;

/// At the place of failure: `return io_failure(EIO);`
inline tl::unexpected<std::error_code> io_failure(int error) {
    return tl::unexpected(std::error_code(error, std::generic_category()));
}

/// No room for the bytes: the disk, a quota, a file size limit, or the limit of memory.
[[nodiscard]] inline bool out_of_space(const std::error_code& error) {
    return error == std::errc::no_space_on_device || error == std::errc::file_too_large ||
           error == std::error_code(EDQUOT, std::generic_category());
}

/// The beginning of a file as memory, as long as this lives.
class Mapping {
  public:
    virtual ~Mapping() = default;
    [[nodiscard]] virtual ByteView bytes() const = 0;  ///< what lies past the file's end must not be looked at
};

/// An open file. Positional reads and writes may come from many threads at once.
class File {
  public:
    virtual ~File() = default;
    /// Up to `size` bytes from `offset`; fewer only at the end of the file.
    virtual IoResult<std::size_t> read(std::uint64_t offset, void* to, std::size_t size) = 0;
    virtual IoResult<> write(std::uint64_t offset, ByteView bytes) = 0;  ///< all of them, or an error
    virtual IoResult<> sync() = 0;                                      ///< data and what is needed to find it
    /// Hints: the disk begins to write a range, without anybody waiting; whoever asks waits until it has. They promise nothing,
    /// `sync` does. Nothing happens where there is no disk.
    virtual void start_writing(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}
    virtual void wait_written(std::uint64_t /*offset*/, std::uint64_t /*length*/) {}
    virtual IoResult<> truncate(std::uint64_t size) = 0;
    virtual IoResult<std::uint64_t> size() = 0;
    /// Gives the blocks of a range back to the file system; it reads as zero from then on. Where the file system cannot do
    /// that, nothing happens and the bytes go with the file.
    virtual IoResult<> punch(std::uint64_t offset, std::uint64_t length) = 0;
    virtual IoResult<std::uint64_t> links() = 0;
    /// The first `size` bytes, whether they are there yet or not, for reading; follows every write. Nothing where the file
    /// system does not map, and then bytes are read. What the disk fails to deliver ends the process (SIGBUS).
    [[nodiscard]] virtual std::shared_ptr<const Mapping> map(std::uint64_t /*size*/) { return nullptr; }
    /// A descriptor to pread and sendfile from, owned by this object; every implementation has one for files opened as
    /// extents (a memfd in memory), -1 for others.
    [[nodiscard]] virtual int descriptor() const = 0;
};

/// What the store needs of a file system, below one root; paths are relative to it, with '/'. Implementations: the disk,
/// memory (`--inMemoryPersistence`), and wrappers that record every write and sync or fail the n-th call. Any thread.
class FileSystem {
  public:
    enum class Open {
        existing,      ///< ENOENT when absent
        create,        ///< existing or new
        create_new,    ///< EEXIST when present
        extent_new,    ///< as create_new; in memory a memfd, so that it has a descriptor
    };
    virtual ~FileSystem() = default;
    virtual IoResult<std::unique_ptr<File>> open(const std::string& path, Open how) = 0;
    virtual IoResult<bool> exists(const std::string& path) = 0;
    virtual IoResult<> remove(const std::string& path) = 0;                  ///< file or empty directory
    virtual IoResult<> rename(const std::string& from, const std::string& to) = 0;
    virtual IoResult<> make_directories(const std::string& path) = 0;
    virtual IoResult<std::vector<std::string>> list(const std::string& path) = 0;  ///< names, any order
    virtual IoResult<> sync_directory(const std::string& path) = 0;
    /// No more content may come. Only memory knows that beforehand; a disk says so when it is written.
    [[nodiscard]] virtual bool exhausted() const { return false; }
};

/// The disk below `root`, which is made when absent.
[[nodiscard]] IoResult<std::unique_ptr<FileSystem>> open_disk(const std::string& root);

/// Memory. `limit_bytes` counts database files and extents together. A write to an extent past it fails with ENOSPC; one to
/// a database file does not, or nothing could be deleted any more.
[[nodiscard]] std::unique_ptr<FileSystem> make_memory_file_system(std::uint64_t limit_bytes);

}  // namespace lazulite
