#include "blob/rows/tags.hpp"

#include <vector>

#include "blob/domain/tags.hpp"

namespace lazulite::blob {
namespace {

// Rows of current blobs: their tick is no part of the place, so that a write of the content leaves them alone.
constexpr int kCurrentClass = 0;
constexpr std::int64_t kCurrentTick = 0;

}  // namespace

void change_tags(WriteTxn& tx, const BlobKey& key, std::string_view before, std::string_view after) {
    if (before == after) return;
    const TagSet old_tags = TagSet::unpack(before);
    const TagSet new_tags = TagSet::unpack(after);
    for (const BlobTag& tag : old_tags) {
        const std::string* const kept = new_tags.find(tag.key);
        if (kept != nullptr && *kept == tag.value) continue;
        tx.execute(
            "DELETE FROM tags WHERE dir_id = ?1 AND key = ?2 AND value = ?3 AND name = ?4 AND class = ?5 AND tick = ?6",
            key.dir_id, tag.key, tag.value, key.name, kCurrentClass, kCurrentTick);
    }
    for (const BlobTag& tag : new_tags) {
        const std::string* const had = old_tags.find(tag.key);
        if (had != nullptr && *had == tag.value) continue;
        tx.execute("INSERT OR REPLACE INTO tags(dir_id, key, value, name, class, tick) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                   key.dir_id, tag.key, tag.value, key.name, kCurrentClass, kCurrentTick);
    }
}

TagCursor::TagCursor(ReadTxn& tx, std::int64_t dir_id, const TagPlace& first)
    : first_(first),
      cursor_(tx.query("SELECT key, value, name FROM tags WHERE dir_id = ?1 AND (key, value, name) >= (?2, ?3, ?4) "
                       "AND class = ?5 ORDER BY key, value, name",
                       dir_id, first_.key, first_.value, first_.name, kCurrentClass)) {}

int drain_tags(WriteTxn& tx, std::int64_t dir_id, int rows) {
    struct Doomed {
        TagPlace place;
        std::int64_t row_class;
        std::int64_t tick;
    };
    std::vector<Doomed> doomed;
    {
        Cursor row = tx.query("SELECT key, value, name, class, tick FROM tags WHERE dir_id = ?1 LIMIT ?2", dir_id, rows);
        while (row.next()) {
            doomed.push_back({{std::string(row.bytes(0)), std::string(row.bytes(1)), std::string(row.bytes(2))},
                              row.integer(3),
                              row.integer(4)});
        }
    }
    for (const Doomed& row : doomed) {
        tx.execute(
            "DELETE FROM tags WHERE dir_id = ?1 AND key = ?2 AND value = ?3 AND name = ?4 AND class = ?5 AND tick = ?6",
            dir_id, row.place.key, row.place.value, row.place.name, row.row_class, row.tick);
    }
    return static_cast<int>(doomed.size());
}

}  // namespace lazulite::blob
