#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/etag.hpp"
#include "base/result.hpp"
#include "base/retention.hpp"
#include "file/domain/share.hpp"
#include "lease/lease.hpp"
#include "store/transaction.hpp"

namespace lazulite::file {

/// What a share snapshot keeps of its share.
struct ShareProperties {
    std::int64_t quota_gib = kDefaultQuota;
    ShareTier tier = ShareTier::transaction_optimized;
    std::optional<Instant> tier_changed;  ///< where it was ever set
    Protocol protocol = Protocol::smb;
    std::optional<RootSquash> root_squash;
    std::optional<bool> snapshot_directory;  ///< x-ms-enable-snapshot-virtual-directory-access
    std::optional<Provisioned> provisioned;
    std::optional<PaidBursting> paid_bursting;  ///< where it is switched on
    std::string metadata;                    ///< packed (wire/metadata.hpp)
    Revision tick;                           ///< ETag and Last-Modified
};

/// A share as stored.
struct Share {
    std::string name;
    std::int64_t id = 0;  ///< also the node of its root directory
    Instant created;
    ShareProperties properties;
    std::string policies;  ///< stored access policies, packed (auth/stored_policy.hpp)
    MaybeLease lease;      ///< as stored: `state_at` says what it is now
    Instant last_snapshot;  ///< before all time: there is none
    std::optional<Retention> deleted;  ///< where soft delete keeps it; Retention::deleted is its version

    [[nodiscard]] Casing casing() const { return casing_of(properties.protocol); }
    /// Whether a snapshot shows what is as it is since `born`.
    [[nodiscard]] bool shown_by_snapshot(Instant born) const { return born <= last_snapshot; }
};

/// A share snapshot; its tick is its id.
struct ShareSnapshot {
    Instant taken;
    ShareProperties properties;
    MaybeLease lease;
};

[[nodiscard]] std::optional<Share> find_share(ReadTxn& tx, std::string_view name);
/// As find_share, failing with share_not_found.
[[nodiscard]] Result<Share> require_share(ReadTxn& tx, std::string_view name);

/// And its root directory, which is the caller's to insert.
void insert_share(WriteTxn& tx, const Share& share);
void update_share(WriteTxn& tx, const Share& share);
/// O(1): what it holds is dropped with its id and drained later; or, with a retention, stays where it was until that is over.
void delete_share(WriteTxn& tx, const Share& share, const std::optional<Retention>& deleted = {});
/// One that was deleted then and is still kept.
[[nodiscard]] std::optional<Share> find_deleted_share(ReadTxn& tx, std::string_view name, Instant deleted);
/// Makes it the live one of its name again.
void restore_share(WriteTxn& tx, const Share& share);
/// Removes what is kept of a share no longer.
void remove_over(WriteTxn& tx, std::string_view name, std::int64_t share_id);

/// Bytes that the files of a share count: what the live ones are long, and those that only snapshots still show.
struct Usage {
    std::uint64_t live = 0;
    std::uint64_t former = 0;
};
[[nodiscard]] Usage usage_of(ReadTxn& tx, std::int64_t share_id);
void change_usage(WriteTxn& tx, std::int64_t share_id, std::int64_t live, std::int64_t former);

[[nodiscard]] std::optional<ShareSnapshot> find_snapshot(ReadTxn& tx, std::int64_t share_id, Instant taken);
/// All of them, the oldest first.
[[nodiscard]] std::vector<ShareSnapshot> snapshots_of(ReadTxn& tx, std::int64_t share_id);
/// One row, however much the share holds. `share` is saved with it.
void insert_snapshot(WriteTxn& tx, Share& share, const ShareSnapshot& snapshot);
void update_snapshot(WriteTxn& tx, std::int64_t share_id, const ShareSnapshot& snapshot);
/// What it alone shows is removed later, in slices. `share` is saved.
void remove_snapshot(WriteTxn& tx, Share& share, Instant taken);

/// Walks shares in name order.
class ShareCursor {
  public:
    /// From the name `first` on, which outlives the cursor.
    ShareCursor(ReadTxn& tx, std::string_view first);
    /// Those too that soft delete keeps, before the live one of their name; there from those on that were deleted at `deleted`.
    ShareCursor(ReadTxn& tx, std::string_view first, Instant deleted);
    [[nodiscard]] std::optional<Share> next();

  private:
    Instant now_;
    Cursor cursor_;
};

}  // namespace lazulite::file
