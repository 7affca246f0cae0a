#include "blob/rows/tree.hpp"

#include <algorithm>

#include "blob/rows/blob_row.hpp"
#include "blob/rows/expiry.hpp"
#include "blob/rows/history.hpp"
#include "blob/rows/rehydrations.hpp"
#include "blob/rows/tags.hpp"

namespace lazulite::blob {
namespace {

/// What stands under a segment: both cannot, but for a file that has expired.
struct Standing {
    bool file = false;
    std::optional<std::int64_t> child_dir_id;
};

Standing standing(ReadTxn& tx, std::int64_t dir_id, std::string_view segment) {
    Standing found;
    const std::string directory = directory_name(segment);
    Cursor row = tx.query("SELECT child_dir_id, flags, props FROM blobs WHERE dir_id = ?1 AND name IN (?2, ?3)", dir_id,
                          segment, directory);
    while (row.next()) {
        if (!row.is_null(0)) {
            found.child_dir_id = row.integer(0);
        } else {
            found.file = !is_expired(tx, row, 1, 2);
        }
    }
    return found;
}

}  // namespace

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        if (end > 0) segments.push_back(path.substr(0, end));
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return segments;
}

std::string directory_name(std::string_view segment) { return std::string(segment) + '/'; }

TreePath find_path(ReadTxn& tx, std::int64_t root_dir_id, std::string_view path) {
    const auto segments = segments_of(path);
    TreePath found;
    found.deepest = root_dir_id;
    found.key.root_dir_id = root_dir_id;
    for (const std::string_view segment : segments) {
        if (!found.key.path.empty()) found.key.path += '/';
        found.key.path += segment;
    }
    for (std::size_t i = 0; i + 1 < segments.size(); ++i) {
        if (!found.missing.empty()) {
            found.missing.emplace_back(segments[i]);
            continue;
        }
        const Standing there = standing(tx, found.deepest, segments[i]);
        if (there.child_dir_id) {
            found.deepest = *there.child_dir_id;
        } else {
            found.through_file = there.file;
            found.missing.emplace_back(segments[i]);
        }
    }
    found.key.dir_id = found.missing.empty() ? found.deepest : kNowhere;
    found.key.name = segments.back();
    if (found.missing.empty() && standing(tx, found.deepest, segments.back()).child_dir_id) {
        found.key.name = directory_name(segments.back());
    }
    return found;
}

std::optional<Parent> find_directory(ReadTxn& tx, std::int64_t dir_id) {
    Cursor row = tx.query(
        "SELECT dir_id, name, kind, size, created, tick, content, props, child_dir_id FROM blobs WHERE child_dir_id = ?1",
        dir_id);
    if (!row.next()) return std::nullopt;
    return Parent{{row.integer(0), std::string(row.bytes(1))}, read_current(row, 2)};
}

std::optional<FullPath> full_path(ReadTxn& tx, const BlobKey& key) {
    FullPath found;
    found.path = key.name;
    std::int64_t dir_id = key.dir_id;
    while (const auto above = find_directory(tx, dir_id)) {
        found.path.insert(0, above->key.name);
        dir_id = above->key.dir_id;
    }
    if (found.path.ends_with('/')) found.path.pop_back();
    auto container = find_container_of(tx, dir_id);
    if (!container) return std::nullopt;
    found.container = *std::move(container);
    return found;
}

bool stands_in(ReadTxn& tx, const Container& container, const BlobKey& key) {
    if (!container.hierarchical) return container.root_dir_id == key.dir_id;
    const auto found = full_path(tx, key);
    return found && found->container.container_id == container.container_id;
}

bool is_empty(ReadTxn& tx, std::int64_t dir_id) {
    if (BlobCursor(tx, dir_id, "").next()) return false;
    StagedCursor staged(tx, dir_id, "");
    while (staged.next()) {
        // What is staged for a file that has expired goes with that.
        if (!tx.query("SELECT 1 FROM blobs WHERE dir_id = ?1 AND name = ?2", dir_id, staged.name()).next()) return false;
    }
    return true;
}

void clear_expired(WriteTxn& tx, const BlobKey& key) {
    std::optional<Blob> expired;
    {
        Cursor row = tx.query(
            "SELECT kind, size, created, tick, content, props, child_dir_id, flags FROM blobs WHERE dir_id = ?1 AND name = ?2",
            key.dir_id, key.name);
        if (row.next() && is_expired(tx, row, 7, 5)) expired = read_current(row, 0);
    }
    if (!expired) return;
    remove_snapshots(tx, key);
    drop_staged_set(tx, key);
    replace(tx, key, expired, std::nullopt);
}

void move_path(WriteTxn& tx, const BlobKey& from, const BlobKey& to, const Blob& blob) {
    tx.execute("UPDATE blobs SET dir_id = ?3, name = ?4 WHERE dir_id = ?1 AND name = ?2", from.dir_id, from.name, to.dir_id,
               to.name);
    if (blob.is_directory()) return;
    finish_cut(tx, from);
    for (const char* const statement :
         {"UPDATE history SET dir_id = ?3, name = ?4 WHERE dir_id = ?1 AND name = ?2",
          "UPDATE staged_sets SET dir_id = ?3, name = ?4 WHERE dir_id = ?1 AND name = ?2",
          "UPDATE rehydrations SET dir_id = ?3, name = ?4 WHERE dir_id = ?1 AND name = ?2"}) {
        tx.execute(statement, from.dir_id, from.name, to.dir_id, to.name);
    }
    change_tags(tx, from, {}, blob.tags, {});
    change_tags(tx, to, {}, {}, blob.tags);
    if (blob.expires) expire_at(tx, *blob.expires, Expiry::blobs, to);
}

void drop_directory(WriteTxn& tx, std::int64_t child_dir_id) { tx.drain(WriteTxn::Drain::directory, child_dir_id); }

}  // namespace lazulite::blob
