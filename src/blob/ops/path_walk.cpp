#include "blob/ops/path_walk.hpp"

#include "blob/domain/name_fold.hpp"
#include "blob/ops/common.hpp"

namespace lazulite::blob {

PathWalk::PathWalk(ReadTxn& tx, std::int64_t root_dir_id, const ListFilter& filter, std::string_view first)
    : tx_(tx), filter_(filter), former_(filter.history), root_dir_id_(root_dir_id) {
    former_.deleted = false;
    const Position position = parse_position(first);
    seek(position.name, position.which, position.current);
}

void PathWalk::seek(std::string_view path, const Which& which, bool current) {
    above_.clear();
    path_.clear();
    dir_id_ = root_dir_id_;
    if (filter_.history.deleted) open_kept(path, which, current);
    if (filter_.show == ListFilter::Show::deleted) return;
    std::string_view rest = path;
    for (;;) {
        const std::size_t length = rest.find('/') + 1;
        if (length == 0 || length == rest.size()) break;
        const auto directory = find_blob(tx_, {dir_id_, std::string(rest.substr(0, length))});
        if (!directory) break;
        above_.push_back({dir_id_, path_.size()});
        path_ += rest.substr(0, length);
        dir_id_ = directory->child_dir_id.value_or(kNowhere);
        rest.remove_prefix(length);
    }
    open(rest, which, current);
}

void PathWalk::open(std::string_view first, const Which& which, bool current) {
    // A statement serves one cursor at a time: the old ones end before the new ones begin.
    blobs_.reset();
    staged_.reset();
    history_.reset();
    first_ = first;
    blobs_.emplace(tx_, dir_id_, first_, BlobCursor::Reads::properties);
    blobs_left_ = blobs_->next();
    if (filter_.uncommitted) {
        staged_.emplace(tx_, dir_id_, first_);
        staged_left_ = staged_->next();
    }
    if (former_.any()) {
        history_.emplace(tx_, dir_id_, former_, current ? first_ + '\0' : first_, which);
        history_left_ = history_->next();
    }
}

void PathWalk::open_kept(std::string_view first, const Which& which, bool current) {
    kept_.reset();
    first_kept_ = first;
    if (current) first_kept_ += '\0';
    kept_.emplace(tx_, root_dir_id_, HistoryFilter{.deleted = true}, first_kept_, which);
    kept_left_ = kept_->next();
}

void PathWalk::enter(std::int64_t dir_id, const std::string& path) {
    above_.push_back({dir_id_, path_.size()});
    dir_id_ = dir_id;
    path_ = path;
    open("", {}, false);
}

bool PathWalk::leave() {
    if (above_.empty()) return false;
    const std::string behind = path_.substr(above_.back().path_size) + '\0';
    dir_id_ = above_.back().dir_id;
    path_.resize(above_.back().path_size);
    above_.pop_back();
    open(behind, {}, false);
    return true;
}

void PathWalk::end() {
    above_.clear();
    blobs_left_ = staged_left_ = history_left_ = kept_left_ = false;
}

PathWalk::Source PathWalk::next_source(std::string& place) {
    while (!any_left() && leave()) {
    }
    Source source = Source::none;
    std::string_view name;
    const auto offer = [&](Source from, std::string_view offered) {
        if (source != Source::none && name <= offered) return;
        source = from;
        name = offered;
    };
    if (history_left_) offer(Source::former, history_->name());
    if (blobs_left_) offer(Source::committed, blobs_->name());
    if (staged_left_) offer(Source::uncommitted, staged_->name());
    place = path_;
    place += name;
    if (!kept_left_) return source;
    const bool before = source == Source::none || kept_->name() < place || (kept_->name() == place && source != Source::former);
    if (!before) return source;
    place = kept_->name();
    return Source::kept;
}

bool PathWalk::next(ListedBlob& entry) {
    for (;;) {
        const Source source = next_source(entry.name);
        const std::string& place = entry.name;
        const bool over = source == Source::none || !place.starts_with(filter_.prefix) ||
                          (!filter_.end_before.empty() && place >= filter_.end_before);
        if (over) {
            end();
            return false;
        }
        if (const auto prefix = folded(place, filter_.prefix, filter_.delimiter)) {
            fold(source, prefix->size(), entry);
            return true;
        }
        if (source != Source::committed || !blobs_->child_dir_id()) {
            take(source, entry);
            return true;
        }
        if (take_directory(entry)) return true;
    }
}

/// False for the one that the prefix names with the slash: what is asked for is in it.
bool PathWalk::take_directory(ListedBlob& entry) {
    fill_current(*blobs_, tx_.now(), entry.blob);
    enter(*entry.blob->child_dir_id, entry.name);
    if (filter_.prefix.size() == entry.name.size()) {
        entry.blob.reset();
        return false;
    }
    entry.name.pop_back();
    return true;
}

void PathWalk::take(Source source, ListedBlob& entry) {
    switch (source) {
        case Source::none: break;
        case Source::kept:
            fill_former(*kept_, tx_.now(), entry);
            kept_left_ = kept_->next();
            break;
        case Source::former:
            fill_former(*history_, tx_.now(), entry);
            history_left_ = history_->next();
            break;
        case Source::committed:
            fill_current(*blobs_, tx_.now(), entry.blob);
            if (staged_left_ && staged_->name() == blobs_->name()) staged_left_ = staged_->next();
            blobs_left_ = blobs_->next();
            break;
        case Source::uncommitted:
            fill_uncommitted(*staged_, entry);
            staged_left_ = staged_->next();
            break;
    }
}

void PathWalk::fold(Source source, std::size_t prefix_size, ListedBlob& entry) {
    const bool whole = prefix_size == entry.name.size();
    entry.name.resize(prefix_size);
    const std::string beyond = after_prefix(entry.name);
    if (source == Source::committed && blobs_->child_dir_id() && whole) {
        // The directory's own row: the next entry is the row behind it, and what is in it is not looked at.
        fill_current(*blobs_, tx_.now(), entry.directory);
        blobs_left_ = blobs_->next();
        if (kept_left_ && kept_->name().starts_with(entry.name)) open_kept(beyond, {}, false);
    } else if (beyond.empty()) {
        end();
    } else {
        seek(beyond, {}, false);
    }
}

}  // namespace lazulite::blob
