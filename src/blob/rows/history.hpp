#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "blob/domain/history.hpp"
#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// Former states of blobs, in the table `history`. A row keeps all that the blob had, its ETag and Last-Modified too; the
// id is the time that clients name it with. Snapshots of one blob that are deleted together when they are many are cut
// off at once, by a row of its own, and go in slices. What soft delete keeps of deleted ones stands in `retained`.

[[nodiscard]] std::optional<Blob> find_history(ReadTxn& tx, const BlobKey& key, const HistoryId& id);
[[nodiscard]] bool has_snapshots(ReadTxn& tx, const BlobKey& key);
/// The last `most` snapshots of a blob, the latest first.
[[nodiscard]] std::vector<Instant> last_snapshots(ReadTxn& tx, const BlobKey& key, int most);
/// The type of a blob's versions: all have the same.
[[nodiscard]] std::optional<BlobType> type_of_versions(ReadTxn& tx, const BlobKey& key);

/// Adds a former state, which takes over or shares its content.
void insert_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob);
/// Adds a snapshot of the current blob `base`, whose content it shares: no byte is copied. `base` is what it is then.
void insert_snapshot(WriteTxn& tx, const BlobKey& key, Blob& base, Instant id, Blob snapshot);
/// Saves properties that may change afterwards; the content stays.
void update_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob);
/// For good, or into retention.
void remove_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const std::optional<Retention>& retention = {});
/// All snapshots of a blob: for good, however many, or into retention, one by one.
void remove_snapshots(WriteTxn& tx, const BlobKey& key, const std::optional<Retention>& retention = {});
/// Goes on with what remove_snapshots left.
void remove_cut_snapshots(WriteTxn& tx, const BlobKey& key);
/// The same to its end.
void finish_cut(WriteTxn& tx, const BlobKey& key);

/// Where versions are left of `blob`, which was deleted now, notes that: listings show it with HasVersionsOnly. A mark has
/// no content.
void leave_mark(WriteTxn& tx, const BlobKey& key, Blob blob);
/// A blob stands there again.
void remove_mark(WriteTxn& tx, const BlobKey& key);
/// Removes the mark where no version is left, also none in retention.
void drop_idle_mark(WriteTxn& tx, const BlobKey& key);

/// Removes at most `rows` rows below a dropped directory and says how many.
int drain_history(WriteTxn& tx, std::int64_t dir_id, int rows);

/// Which former states are walked over; those that are not cost nothing.
struct HistoryFilter {
    bool snapshots = false;
    bool versions = false;
    bool deleted = false;  ///< of these, and blobs themselves, what soft delete keeps too
    bool marks = false;    ///< of blobs that are gone while versions of them are left

    [[nodiscard]] bool any() const { return snapshots || versions || deleted || marks; }
};

/// Walks the former states in a directory, kept and in retention, by name, class and time.
class HistoryCursor {
  public:
    /// From a name on; and there from `from` on, where it is given.
    HistoryCursor(ReadTxn& tx, std::int64_t dir_id, const HistoryFilter& filter, std::string_view name, const Which& from);
    HistoryCursor(const HistoryCursor&) = delete;
    [[nodiscard]] bool next();
    [[nodiscard]] std::string_view name() const;  ///< valid until next()
    [[nodiscard]] HistoryId id() const;
    /// A mark has the time of the deletion for its version.
    [[nodiscard]] Blob blob() const;
    [[nodiscard]] std::optional<Retention> deleted() const;

  private:
    /// A walk over one of the two tables.
    struct Rows {
        std::string first;
        std::optional<Cursor> row;
        bool left = false;
    };
    void seek(Rows& rows, std::string name, int kind, std::int64_t tick);
    void advance(Rows& rows);
    [[nodiscard]] bool wants(const Rows& rows, HistoryClass kind) const;
    [[nodiscard]] bool is_shown(const Rows& rows) const;

    ReadTxn& tx_;
    std::int64_t dir_id_;
    HistoryFilter filter_;
    Rows kept_;
    Rows retained_;
    Rows* at_ = nullptr;
};

}  // namespace lazulite::blob
