#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "blob/domain/history.hpp"
#include "blob/rows/blobs.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// Former states of blobs, in the table `history`. A row keeps all that the blob had, its ETag and Last-Modified too; the
// id is the time that clients name it with. Snapshots of one blob that are deleted together when they are many are cut
// off at once, by a row of its own, and go in slices.

[[nodiscard]] std::optional<Blob> find_history(ReadTxn& tx, const BlobKey& key, const HistoryId& id);
[[nodiscard]] bool has_snapshots(ReadTxn& tx, const BlobKey& key);
/// The type of a blob's versions: all have the same.
[[nodiscard]] std::optional<BlobType> type_of_versions(ReadTxn& tx, const BlobKey& key);

/// Adds a former state, which takes over or shares its content.
void insert_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob);
/// Adds a snapshot of the current blob `base`, whose content it shares: no byte is copied. `base` is what it is then.
void insert_snapshot(WriteTxn& tx, const BlobKey& key, Blob& base, Instant id, Blob snapshot);
/// Saves properties that may change afterwards; the content stays.
void update_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id, const Blob& blob);
void remove_history(WriteTxn& tx, const BlobKey& key, const HistoryId& id);
/// All snapshots of a blob, however many.
void remove_snapshots(WriteTxn& tx, const BlobKey& key);
/// Goes on with what remove_snapshots left.
void remove_cut_snapshots(WriteTxn& tx, const BlobKey& key);
/// Removes at most `rows` rows below a dropped directory and says how many.
int drain_history(WriteTxn& tx, std::int64_t dir_id, int rows);

/// Which former states are walked over; those that are not cost nothing.
struct HistoryFilter {
    bool snapshots = false;
    bool versions = false;

    [[nodiscard]] bool any() const { return snapshots || versions; }
    [[nodiscard]] bool wants(HistoryClass kind) const;
};

/// Walks the former states in a directory by name, class and time.
class HistoryCursor {
  public:
    /// From a name on; and there from `from` on, where it is given.
    HistoryCursor(ReadTxn& tx, std::int64_t dir_id, const HistoryFilter& filter, std::string_view name, const Which& from);
    [[nodiscard]] bool next();
    [[nodiscard]] std::string_view name() const;  ///< valid until next()
    [[nodiscard]] HistoryId id() const;
    [[nodiscard]] Blob blob() const;

  private:
    void seek(std::string name, int kind, std::int64_t tick);

    ReadTxn& tx_;
    std::int64_t dir_id_;
    HistoryFilter filter_;
    std::string first_;
    std::optional<Cursor> row_;
};

}  // namespace lazulite::blob
