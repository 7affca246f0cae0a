#pragma once

#include <functional>
#include <string>

#include "base/ids.hpp"
#include "store/file_system.hpp"
#include "store/stores.hpp"

namespace lazulite {

/// A new database of one kind, made once in memory and copied for every new store: well below a millisecond, where
/// running the schema takes several.
class EmptyDatabase {
  public:
    explicit EmptyDatabase(const StoreKind& kind);
    [[nodiscard]] std::string with_uuid(const Guid& uuid) const;

  private:
    std::string bytes_;
    std::size_t uuid_at_;
};

/// Makes it where it is needed: most stores that are opened are there.
using GetEmptyDatabase = std::function<const EmptyDatabase&()>;

/// The files of one store in a folder: its database, the WAL, and the extents beside them.
struct DatabaseFiles {
    FileSystem& files;
    std::string folder;  ///< "lazulite/a/1"
    std::string kind;    ///< "blob"

    [[nodiscard]] std::string database() const { return folder + "/" + kind + ".db"; }
    [[nodiscard]] std::string wal() const { return database() + "-wal"; }
    [[nodiscard]] std::string barrier() const { return folder + "/" + kind + ".barrier"; }
    [[nodiscard]] std::string extents() const { return folder + "/extents-" + kind; }

    enum class Made { nothing, wal, database };
    /// Puts a new database in place, whole or not at all, unless there is one, and an empty WAL unless there is one. What
    /// was made is not on the disk before `sync`.
    IoResult<Made> create(const GetEmptyDatabase& empty) const;
    IoResult<> sync() const;
    [[nodiscard]] std::uint64_t wal_bytes() const;
    /// The database is one that `create` of this version made, so that a barrier file belongs to it.
    [[nodiscard]] bool has_barrier() const;
    /// Nobody may have them open. Errors are left for the next start, which tries again.
    void remove() const;
};

/// Removes a file, or a directory with all that is in it, as far as possible.
void remove_all(FileSystem& files, const std::string& path);

}  // namespace lazulite
