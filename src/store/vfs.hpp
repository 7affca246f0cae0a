#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "store/wal_index.hpp"

namespace lazulite {

class FileSystem;

/// The name under which SQLite knows a FileSystem; unregistered when the last handle goes. Connections hold one.
using VfsHandle = std::shared_ptr<const std::string>;

/// The one SQLite VFS of lazulite, used over the disk, memory and faults alike, registered once per FileSystem. The first
/// call also configures the library for this process: no mutexes inside connections, no memory statistics.
///
/// One process by design: database locks are kept per path among the connections of this process, and the wal-index is
/// on the heap (no -shm file, no fcntl). So a database that has connections must not be removed, replaced or renamed, and
/// never be opened past this VFS. At most 254 connections per database. Disk full is SQLITE_FULL wherever it shows. Any
/// thread; `files` outlives every handle.
[[nodiscard]] VfsHandle vfs_for(FileSystem& files);

/// How far the WAL of a database is committed, read from the wal-index that its connections in this process share. Nothing
/// when no connection has used it yet.
[[nodiscard]] std::optional<WalPosition> wal_position(FileSystem& files, const std::string& database);

/// An operation of sqlite3_file_control on a main database: commits, of whichever connection, wait for the disk until the last
/// connection is closed. Without it their bytes are in the kernel when they end, where they outlive the process.
inline constexpr int kCommitsWait = 1'000'001;

/// While it lives, a WAL that SQLite wants synced on this thread is left to `sync`, which answers whether it did.
class WalSync {
  public:
    explicit WalSync(const std::function<bool()>& sync);
    ~WalSync();
    WalSync(const WalSync&) = delete;
    WalSync& operator=(const WalSync&) = delete;
};

/// The errno behind the last I/O error that SQLite was given on this thread; SQLite itself does not always keep it.
[[nodiscard]] int last_file_error();

}  // namespace lazulite
