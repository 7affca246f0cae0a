#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "blob/rows/blobs.hpp"
#include "blob/rows/history.hpp"

namespace lazulite::blob {

/// Which names of a container a listing walks over.
struct ListFilter {
    /// `prefixes`: directories, too. `deleted`: what soft delete keeps in a hierarchical container, in a flat one nothing.
    enum class Show : std::uint8_t { all, blobs, prefixes, deleted };

    std::string prefix;
    std::string delimiter;   ///< empty: names are not folded
    std::string end_before;  ///< the first name that is left out; empty: none
    bool uncommitted = false;
    HistoryFilter history;
    Show show = Show::all;
};

/// One entry of a page: a blob, as of now, or without one the prefix that several names fold into.
struct ListedBlob {
    std::string name;
    std::optional<Blob> blob;
    Which which = {};  ///< which state of the blob
    std::optional<Retention> deleted = {};  ///< where soft delete keeps it
    std::optional<Blob> directory = {};     ///< that has the prefix for its name
};

/// Where in a listing an entry stands: begin there again with the next page. A plain name is the first entry of that name.
[[nodiscard]] std::string position_of(const ListFilter& filter, const ListedBlob& entry);

/// The position that such a text stands for: among the entries of one name.
struct Position {
    std::string_view name;
    bool current = false;  ///< behind all former states
    Which which;
};
[[nodiscard]] Position parse_position(std::string_view text);

// What stands at a cursor, as of now, for an entry that has its name already.

void fill_former(const HistoryCursor& rows, Instant now, ListedBlob& entry);
void fill_current(const BlobCursor& rows, Instant now, std::optional<Blob>& blob);
void fill_uncommitted(const StagedCursor& rows, ListedBlob& entry);

/// Walks committed and, when asked, uncommitted names together in byte order, each once, and folds at the delimiter by
/// seeking past a whole prefix instead of stepping over what it holds. Former states stand before their
/// blob: snapshots, then versions, each by time. Lives inside one read.
class BlobWalk {
  public:
    BlobWalk(ReadTxn& tx, std::int64_t dir_id, const ListFilter& filter, std::string_view first);
    [[nodiscard]] bool next(ListedBlob& entry);  ///< fills a new one; false at the end

  private:
    void seek(std::string_view name, const Which& which, bool current);

    ReadTxn& tx_;
    std::int64_t dir_id_;
    const ListFilter& filter_;
    std::string first_;
    std::optional<BlobCursor> blobs_;
    std::optional<StagedCursor> staged_;
    std::optional<HistoryCursor> history_;
    bool blobs_left_ = false;
    bool staged_left_ = false;
    bool history_left_ = false;
};

/// A page looks at this many entries, or at as many as it may show: where few of them are shown, it is short.
inline constexpr std::size_t kMostWalked = 1000;

/// Gives at most `most` entries of a walk to `write(const ListedBlob&)`. Returns the position of the entry that the next
/// page begins with; nothing when there is none.
template <class Walk, class Write>
std::optional<std::string> take_page(Walk& walk, const ListFilter& filter, std::size_t most, Write write) {
    using Show = ListFilter::Show;
    std::size_t written = 0;
    const std::size_t most_walked = std::max(most, kMostWalked);
    for (std::size_t walked = 0;; ++walked) {
        ListedBlob entry;
        if (!walk.next(entry)) return std::nullopt;
        if (written == most || walked == most_walked) return position_of(filter, entry);
        const bool folder = !entry.blob || entry.blob->is_directory();
        if (filter.show == (folder ? Show::blobs : Show::prefixes)) continue;
        write(entry);
        ++written;
    }
}

/// A page of a flat container, from the position `first` on.
template <class Write>
std::optional<std::string> walk_page(ReadTxn& tx, std::int64_t dir_id, const ListFilter& filter, std::string_view first,
                                     std::size_t most, Write write) {
    if (filter.show == ListFilter::Show::deleted) return std::nullopt;
    BlobWalk walk(tx, dir_id, filter, first);
    return take_page(walk, filter, most, write);
}

}  // namespace lazulite::blob
