#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/rows/blobs.hpp"

namespace lazulite::blob {

/// Walks what is in a directory and below it, depth first, in byte order of paths: a directory, then what it holds. Lives
/// inside one read, in which nothing is changed and no other walk or BlobCursor goes on.
class TreeWalk {
  public:
    /// `first`: where to begin, as path() gives it; empty: with everything.
    TreeWalk(ReadTxn& tx, std::int64_t dir_id, std::string_view first);
    [[nodiscard]] bool next();
    [[nodiscard]] const std::string& path() const { return path_; }  ///< from there; of a directory with a slash behind it
    [[nodiscard]] bool is_directory() const { return path_.ends_with('/'); }
    [[nodiscard]] std::int64_t dir_id() const { return levels_.back().dir_id; }  ///< with name() the key of its row
    [[nodiscard]] std::string_view name() const { return rows_->name(); }
    [[nodiscard]] Blob blob() const { return rows_->blob(); }

  private:
    struct Level {
        std::int64_t dir_id;
        std::string path;
        std::string first;  ///< the name that comes next there
    };
    void open();

    ReadTxn& tx_;
    std::vector<Level> levels_;       ///< from above
    std::optional<BlobCursor> rows_;  ///< of the last of them: there is one at a time
    std::string path_;
    std::optional<std::int64_t> below_;  ///< the directory that was given last
};

}  // namespace lazulite::blob
