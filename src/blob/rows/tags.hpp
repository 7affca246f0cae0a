#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

/// Brings the index of tags to what a current blob has now; both packed (domain/tags.hpp).
void change_tags(WriteTxn& tx, const BlobKey& key, std::string_view before, std::string_view after);

/// A place in the index of one directory's tags, which is in the order of these members.
struct TagPlace {
    std::string key;
    std::string value;
    std::string name;  ///< of the blob
};

/// Walks the tags of a directory's current blobs from a place on. The rows are those of the blobs in `blobs`.
class TagCursor {
  public:
    TagCursor(ReadTxn& tx, std::int64_t dir_id, const TagPlace& first);
    TagCursor(const TagCursor&) = delete;
    [[nodiscard]] bool next() { return cursor_.next(); }
    // Valid until next().
    [[nodiscard]] std::string_view key() const { return cursor_.bytes(0); }
    [[nodiscard]] std::string_view value() const { return cursor_.bytes(1); }
    [[nodiscard]] std::string_view name() const { return cursor_.bytes(2); }

  private:
    TagPlace first_;
    Cursor cursor_;
};

/// Deletes at most `rows` rows of a directory that is gone; how many there were.
int drain_tags(WriteTxn& tx, std::int64_t dir_id, int rows);

}  // namespace lazulite::blob
