#include "blob/ops/blob_walk.hpp"

#include "blob/domain/name_fold.hpp"

namespace lazulite::blob {

BlobWalk::BlobWalk(ReadTxn& tx, std::int64_t dir_id, const ListFilter& filter, std::string_view first)
    : tx_(tx), dir_id_(dir_id), filter_(filter) {
    seek(first);
}

void BlobWalk::seek(std::string_view first) {
    // A statement serves one cursor at a time: the old ones end before the new ones begin.
    blobs_.reset();
    staged_.reset();
    first_ = first;
    blobs_.emplace(tx_, dir_id_, first_);
    blobs_left_ = blobs_->next();
    if (filter_.uncommitted) {
        staged_.emplace(tx_, dir_id_, first_);
        staged_left_ = staged_->next();
    }
}

std::optional<ListedBlob> BlobWalk::next() {
    if (!blobs_left_ && !staged_left_) return std::nullopt;
    const bool committed = blobs_left_ && (!staged_left_ || blobs_->name() <= staged_->name());
    const std::string_view name = committed ? blobs_->name() : staged_->name();
    if (!name.starts_with(filter_.prefix)) return std::nullopt;
    if (!filter_.end_before.empty() && name >= filter_.end_before) return std::nullopt;
    const auto fold = folded(name, filter_.prefix, filter_.delimiter);
    if (!fold) return committed ? take_committed(std::string(name)) : take_uncommitted(std::string(name));
    ListedBlob entry{std::string(*fold), std::nullopt};
    const std::string beyond = after_prefix(entry.name);
    if (beyond.empty()) {
        blobs_left_ = staged_left_ = false;
    } else {
        seek(beyond);
    }
    return entry;
}

ListedBlob BlobWalk::take_committed(std::string name) {
    ListedBlob entry{std::move(name), blobs_->blob()};
    entry.blob->tier = tier_at(entry.blob->tier, tx_.now());
    if (staged_left_ && staged_->name() == entry.name) staged_left_ = staged_->next();
    blobs_left_ = blobs_->next();
    return entry;
}

ListedBlob BlobWalk::take_uncommitted(std::string name) {
    ListedBlob entry{std::move(name), Blob{}};
    entry.blob->tick = entry.blob->created = staged_->last_put();
    entry.blob->headers.type = kDefaultContentType;
    staged_left_ = staged_->next();
    return entry;
}

}  // namespace lazulite::blob
