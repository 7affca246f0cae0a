#include "blob/ops/blob_walk.hpp"

#include "blob/domain/name_fold.hpp"
#include "blob/ops/common.hpp"

namespace lazulite::blob {
namespace {

/// A position among the entries of one name: the name, a NUL, which no name has, the class and, for former states, the
/// time. Positions are in the order of the entries when compared byte by byte.
constexpr char kCurrent = '\xff';
constexpr std::size_t kTickBytes = 8;

}  // namespace

Position parse_position(std::string_view text) {
    Position position{text.substr(0, text.find('\0')), false, {}};
    text.remove_prefix(position.name.size());
    if (text.size() < 2) return position;
    position.current = text[1] == kCurrent;
    if (position.current) return position;
    const auto kind = static_cast<HistoryClass>(static_cast<unsigned char>(text[1]));
    std::uint64_t tick = 0;
    for (const char byte : text.substr(2, kTickBytes)) tick = tick << 8 | static_cast<unsigned char>(byte);
    position.which = {kind, instant_of(static_cast<std::int64_t>(tick))};
    return position;
}

std::string position_of(const ListFilter& filter, const ListedBlob& entry) {
    std::string position = entry.name;
    // A directory stands where what is in it does.
    if (entry.blob && entry.blob->is_directory() && !entry.deleted) position += '/';
    if (!filter.history.any() || !entry.blob) return position;
    position += '\0';
    if (!entry.which) return position + kCurrent;
    position += static_cast<char>(entry.which->kind);
    const auto tick = static_cast<std::uint64_t>(tick_count(entry.which->id));
    for (std::size_t i = kTickBytes; i-- > 0;) position += static_cast<char>(tick >> (8 * i) & 0xff);
    return position;
}

void fill_former(const HistoryCursor& rows, Instant now, ListedBlob& entry) {
    entry.blob = rows.blob();
    entry.blob->tier = tier_at(entry.blob->tier, now);
    entry.which = rows.id();
    entry.deleted = rows.deleted();
}

void fill_current(const BlobCursor& rows, Instant now, std::optional<Blob>& blob) {
    rows.read(blob.emplace());
    bring_up_to(now, *blob);
}

void fill_uncommitted(const StagedCursor& rows, ListedBlob& entry) {
    Blob& blob = entry.blob.emplace();
    blob.tick = blob.created = rows.last_put();
    blob.headers.type = kDefaultContentType;
}

BlobWalk::BlobWalk(ReadTxn& tx, std::int64_t dir_id, const ListFilter& filter, std::string_view first)
    : tx_(tx), dir_id_(dir_id), filter_(filter) {
    const Position position = parse_position(first);
    seek(position.name, position.which, position.current);
}

void BlobWalk::seek(std::string_view name, const Which& which, bool current) {
    // A statement serves one cursor at a time: the old ones end before the new ones begin.
    blobs_.reset();
    staged_.reset();
    history_.reset();
    first_ = name;
    blobs_.emplace(tx_, dir_id_, first_, BlobCursor::Reads::properties);
    blobs_left_ = blobs_->next();
    if (filter_.uncommitted) {
        staged_.emplace(tx_, dir_id_, first_);
        staged_left_ = staged_->next();
    }
    if (filter_.history.any()) {
        history_.emplace(tx_, dir_id_, filter_.history, current ? first_ + '\0' : first_, which);
        history_left_ = history_->next();
    }
}

bool BlobWalk::next(ListedBlob& entry) {
    if (!blobs_left_ && !staged_left_ && !history_left_) return false;
    const bool committed = blobs_left_ && (!staged_left_ || blobs_->name() <= staged_->name());
    const bool former = history_left_ && (!blobs_left_ || history_->name() <= blobs_->name()) &&
                        (!staged_left_ || history_->name() <= staged_->name());
    const std::string_view name = former ? history_->name() : committed ? blobs_->name() : staged_->name();
    if (!name.starts_with(filter_.prefix)) return false;
    if (!filter_.end_before.empty() && name >= filter_.end_before) return false;
    if (const auto fold = folded(name, filter_.prefix, filter_.delimiter)) {
        entry.name = *fold;
        const std::string beyond = after_prefix(entry.name);
        if (beyond.empty()) {
            blobs_left_ = staged_left_ = history_left_ = false;
        } else {
            seek(beyond, {}, false);
        }
        return true;
    }
    entry.name = name;
    if (former) {
        fill_former(*history_, tx_.now(), entry);
        history_left_ = history_->next();
    } else if (committed) {
        fill_current(*blobs_, tx_.now(), entry.blob);
        if (staged_left_ && staged_->name() == entry.name) staged_left_ = staged_->next();
        blobs_left_ = blobs_->next();
    } else {
        fill_uncommitted(*staged_, entry);
        staged_left_ = staged_->next();
    }
    return true;
}

}  // namespace lazulite::blob
