#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// The index of tags: of current blobs, and apart from them of their versions, so that who looks for the first never steps
// over the second. Snapshots and what soft delete keeps are not in it.

/// Brings it to what a blob in that state has now; both packed (domain/tags.hpp).
void change_tags(WriteTxn& tx, const BlobKey& key, const Which& which, std::string_view before, std::string_view after);

/// A place in the index of one directory's tags, which is in the order of these members.
struct TagPlace {
    static constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
    static constexpr std::int64_t kCurrent = std::numeric_limits<std::int64_t>::max();

    std::string key;
    std::string value;
    std::string name;  ///< of the blob
    std::int64_t tick = kFirst;  ///< of a version, or kCurrent
};

/// Walks the tags of a directory's current blobs, and of versions where they are asked for, from a place on. The rows are
/// those of the blobs in `blobs`, and of the versions in `history`.
class TagCursor {
  public:
    TagCursor(ReadTxn& tx, std::int64_t dir_id, const TagPlace& first, bool versions = false);
    TagCursor(const TagCursor&) = delete;
    [[nodiscard]] bool next();
    // Valid until next().
    [[nodiscard]] std::string_view key() const { return at_->bytes(0); }
    [[nodiscard]] std::string_view value() const { return at_->bytes(1); }
    [[nodiscard]] std::string_view name() const { return at_->bytes(2); }
    [[nodiscard]] Which which() const;
    [[nodiscard]] TagPlace place() const;

  private:
    TagPlace first_;
    Cursor current_;
    std::optional<Cursor> versions_;
    bool current_left_ = false;
    bool versions_left_ = false;
    Cursor* at_ = nullptr;
};

/// Deletes at most `rows` rows of a directory that is gone; how many there were.
int drain_tags(WriteTxn& tx, std::int64_t dir_id, int rows);

}  // namespace lazulite::blob
