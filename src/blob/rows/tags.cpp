#include "blob/rows/tags.hpp"

#include <tuple>
#include <vector>

#include "blob/domain/tags.hpp"

namespace lazulite::blob {
namespace {

constexpr int kCurrentRows = 0;
constexpr int kVersionRows = static_cast<int>(HistoryClass::version);

}  // namespace

void change_tags(WriteTxn& tx, const BlobKey& key, const Which& which, std::string_view before, std::string_view after) {
    if (before == after || (which && which->kind != HistoryClass::version)) return;
    // The tick of a current blob is no part of the place, so that a write of the content leaves its rows alone.
    const int row_class = which ? kVersionRows : kCurrentRows;
    const std::int64_t tick = which ? tick_count(which->id) : TagPlace::kCurrent;
    const TagSet old_tags = TagSet::unpack(before);
    const TagSet new_tags = TagSet::unpack(after);
    for (const BlobTag& tag : old_tags) {
        const std::string* const kept = new_tags.find(tag.key);
        if (kept != nullptr && *kept == tag.value) continue;
        tx.execute(
            "DELETE FROM tags WHERE dir_id = ?1 AND class = ?2 AND key = ?3 AND value = ?4 AND name = ?5 AND tick = ?6",
            key.dir_id, row_class, tag.key, tag.value, key.name, tick);
    }
    for (const BlobTag& tag : new_tags) {
        const std::string* const had = old_tags.find(tag.key);
        if (had != nullptr && *had == tag.value) continue;
        tx.execute("INSERT OR REPLACE INTO tags(dir_id, class, key, value, name, tick) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
                   key.dir_id, row_class, tag.key, tag.value, key.name, tick);
    }
}

// A statement serves one cursor at a time: there are two of them.
TagCursor::TagCursor(ReadTxn& tx, std::int64_t dir_id, const TagPlace& first, bool versions)
    : first_(first),
      current_(tx.query("SELECT key, value, name, tick FROM tags WHERE dir_id = ?1 AND class = 0 "
                        "AND (key, value, name) >= (?2, ?3, ?4) ORDER BY key, value, name",
                        dir_id, first_.key, first_.value, first_.name)) {
    static_assert(kCurrentRows == 0 && kVersionRows == 2);
    current_left_ = current_.next();
    if (!versions) return;
    versions_.emplace(tx.query("SELECT key, value, name, tick FROM tags WHERE dir_id = ?1 AND class = 2 "
                               "AND (key, value, name, tick) >= (?2, ?3, ?4, ?5) ORDER BY key, value, name, tick",
                               dir_id, first_.key, first_.value, first_.name, first_.tick));
    versions_left_ = versions_->next();
}

bool TagCursor::next() {
    if (at_ == &current_) {
        current_left_ = current_.next();
    } else if (at_ != nullptr) {
        versions_left_ = versions_->next();
    }
    at_ = current_left_ ? &current_ : nullptr;
    if (!versions_left_) return current_left_;
    const auto of = [](const Cursor& row) { return std::tuple(row.bytes(0), row.bytes(1), row.bytes(2), row.integer(3)); };
    if (!current_left_ || of(*versions_) < of(current_)) at_ = &*versions_;
    return true;
}

Which TagCursor::which() const {
    if (at_ == &current_) return std::nullopt;
    return HistoryId{HistoryClass::version, instant_of(at_->integer(3))};
}

TagPlace TagCursor::place() const {
    return {std::string(key()), std::string(value()), std::string(name()), at_->integer(3)};
}

int drain_tags(WriteTxn& tx, std::int64_t dir_id, int rows) {
    struct Doomed {
        std::int64_t row_class;
        TagPlace place;
    };
    std::vector<Doomed> doomed;
    {
        Cursor row = tx.query("SELECT class, key, value, name, tick FROM tags WHERE dir_id = ?1 LIMIT ?2", dir_id, rows);
        while (row.next()) {
            doomed.push_back({row.integer(0), {std::string(row.bytes(1)), std::string(row.bytes(2)),
                                               std::string(row.bytes(3)), row.integer(4)}});
        }
    }
    for (const Doomed& row : doomed) {
        tx.execute(
            "DELETE FROM tags WHERE dir_id = ?1 AND class = ?2 AND key = ?3 AND value = ?4 AND name = ?5 AND tick = ?6",
            dir_id, row.row_class, row.place.key, row.place.value, row.place.name, row.place.tick);
    }
    return static_cast<int>(doomed.size());
}

}  // namespace lazulite::blob
