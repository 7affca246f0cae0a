#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/rows/blobs.hpp"
#include "blob/rows/containers.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// Paths of hierarchical containers: a row per segment, below the dir_id of its directory.

/// No directory has this id: what stands below it is not there.
inline constexpr std::int64_t kNowhere = -1;

/// One segment after the other, without empty ones.
[[nodiscard]] std::vector<std::string_view> segments_of(std::string_view path);
/// The key of a directory's row.
[[nodiscard]] std::string directory_name(std::string_view segment);

/// Where a path leads.
struct TreePath {
    /// Of the directory or file that stands there; where nothing does, of the file that may come.
    BlobKey key;
    std::vector<std::string> missing;  ///< directories on the way that are not there, from above; `key.dir_id` is kNowhere then
    std::int64_t deepest = 0;          ///< dir_id of the last one that is there
    bool through_file = false;         ///< an element of the way is a file
};
/// `path` has a segment at least.
[[nodiscard]] TreePath find_path(ReadTxn& tx, std::int64_t root_dir_id, std::string_view path);

/// The directory whose dir_id that is; nothing for a root.
struct Parent {
    BlobKey key;  ///< without root and path
    Blob blob;
};
[[nodiscard]] std::optional<Parent> find_directory(ReadTxn& tx, std::int64_t dir_id);
/// The container and full path of what stands at a key; nothing where it is below a directory that was deleted.
struct FullPath {
    Container container;
    std::string path;
};
[[nodiscard]] std::optional<FullPath> full_path(ReadTxn& tx, const BlobKey& key);

/// Whether a key is of that container.
[[nodiscard]] bool stands_in(ReadTxn& tx, const Container& container, const BlobKey& key);

/// Whether anything is in a directory that has not expired, committed or not.
[[nodiscard]] bool is_empty(ReadTxn& tx, std::int64_t dir_id);

/// Removes a row whose blob has expired, so that something else may stand there.
void clear_expired(WriteTxn& tx, const BlobKey& key);

/// The blob or directory at `from` stands at `to` from now on, where nothing is: one row, whatever a directory holds; with a
/// file go its snapshots and what is staged for it.
void move_path(WriteTxn& tx, const BlobKey& from, const BlobKey& to, const Blob& blob);

/// A deleted directory for good, with all that is in it: O(1), drained later.
void drop_directory(WriteTxn& tx, std::int64_t child_dir_id);

}  // namespace lazulite::blob
