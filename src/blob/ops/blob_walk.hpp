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
    enum class Show : std::uint8_t { all, blobs, prefixes, nothing };

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
};

/// Where in a listing an entry stands: begin there again with the next page. A plain name is the first entry of that name.
[[nodiscard]] std::string position_of(const ListFilter& filter, const ListedBlob& entry);

/// Walks committed and, when asked, uncommitted names together in byte order, each once, and folds at the delimiter by
/// seeking past a whole prefix instead of stepping over what it holds. Former states stand before their
/// blob: snapshots, then versions, each by time. Lives inside one read.
class BlobWalk {
  public:
    BlobWalk(ReadTxn& tx, std::int64_t dir_id, const ListFilter& filter, std::string_view first);
    [[nodiscard]] std::optional<ListedBlob> next();

  private:
    void seek(std::string_view name, const Which& which, bool current);
    ListedBlob take_history(std::string name);
    ListedBlob take_committed(std::string name);
    ListedBlob take_uncommitted(std::string name);

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

/// Gives at most `most` entries to `write(const ListedBlob&)`, from the position `first` on. Returns that of the entry
/// that the next page begins with; nothing when there is none.
template <class Write>
std::optional<std::string> walk_page(ReadTxn& tx, std::int64_t dir_id, const ListFilter& filter, std::string_view first,
                                     std::size_t most, Write write) {
    using Show = ListFilter::Show;
    if (filter.show == Show::nothing) return std::nullopt;
    BlobWalk walk(tx, dir_id, filter, first);
    std::optional<ListedBlob> entry = walk.next();
    std::size_t written = 0;
    const std::size_t most_walked = std::max(most, kMostWalked);
    for (std::size_t walked = 0; entry && written < most && walked < most_walked; ++walked, entry = walk.next()) {
        if (filter.show == (entry->blob ? Show::prefixes : Show::blobs)) continue;
        write(*entry);
        ++written;
    }
    if (!entry) return std::nullopt;
    return position_of(filter, *entry);
}

}  // namespace lazulite::blob
