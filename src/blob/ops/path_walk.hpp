#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/ops/blob_walk.hpp"
#include "blob/rows/containers.hpp"

namespace lazulite::blob {

/// The walk of BlobWalk over a hierarchical container: depth first, in byte order of full paths, where a directory has a
/// slash behind it; it is an entry itself, shown without. Only the rows of one directory are open at a time, and a
/// position is found by going down its path, so a page costs what it shows, however large the tree is. What soft delete
/// keeps stands among them under the full path that it had.
class PathWalk {
  public:
    PathWalk(ReadTxn& tx, std::int64_t root_dir_id, const ListFilter& filter, std::string_view first);
    [[nodiscard]] bool next(ListedBlob& entry);  ///< fills a new one; false at the end

  private:
    enum class Source : std::uint8_t { none, kept, former, committed, uncommitted };
    struct Above {
        std::int64_t dir_id;
        std::size_t path_size;
    };

    void seek(std::string_view path, const Which& which, bool current);
    /// Opens the rows of the directory that the walk is in.
    void open(std::string_view first, const Which& which, bool current);
    void open_kept(std::string_view first, const Which& which, bool current);
    void enter(std::int64_t dir_id, const std::string& path);
    /// Goes on behind the directory that was walked through; false at the root.
    bool leave();
    void end();
    [[nodiscard]] bool any_left() const { return blobs_left_ || staged_left_ || history_left_; }
    /// Where the next entry comes from, and its place.
    Source next_source(std::string& place);
    // The entry has its place for its name.
    [[nodiscard]] bool take_directory(ListedBlob& entry);
    void take(Source source, ListedBlob& entry);
    void fold(Source source, std::size_t prefix_size, ListedBlob& entry);

    ReadTxn& tx_;
    const ListFilter& filter_;
    HistoryFilter former_;
    std::int64_t root_dir_id_;
    std::vector<Above> above_;
    std::int64_t dir_id_ = 0;
    std::string path_;  ///< of the directory that the walk is in, with a slash behind it
    std::string first_;
    std::string first_kept_;
    std::optional<BlobCursor> blobs_;
    std::optional<StagedCursor> staged_;
    std::optional<HistoryCursor> history_;
    std::optional<HistoryCursor> kept_;
    bool blobs_left_ = false;
    bool staged_left_ = false;
    bool history_left_ = false;
    bool kept_left_ = false;
};

/// A page of a container, flat or not, from the position `first` on.
template <class Write>
std::optional<std::string> walk_page(ReadTxn& tx, const Container& container, const ListFilter& filter,
                                     std::string_view first, std::size_t most, Write write) {
    if (!container.hierarchical) return walk_page(tx, container.root_dir_id, filter, first, most, write);
    PathWalk walk(tx, container.root_dir_id, filter, first);
    return take_page(walk, filter, most, write);
}

}  // namespace lazulite::blob
