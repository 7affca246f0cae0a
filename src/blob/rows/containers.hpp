#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/etag.hpp"
#include "base/result.hpp"
#include "blob/domain/history.hpp"
#include "blob/domain/model.hpp"
#include "lease/lease.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

/// A container as stored. `tick` is its ETag and Last-Modified.
struct Container {
    std::string name;
    std::int64_t container_id = 0;
    std::int64_t root_dir_id = 0;
    Revision tick;
    Instant created;
    PublicAccess access = PublicAccess::none;
    std::string metadata;  ///< packed (wire/metadata.hpp)
    std::string policies;  ///< stored access policies, packed (auth/stored_policy.hpp)
    std::string default_encryption_scope;
    bool deny_encryption_scope_override = false;
    MaybeLease lease;  ///< as stored: `state_at` says what it is now
    bool hierarchical = false;  ///< its names are paths through real directories
    std::string root_access;    ///< of its root directory, as Blob::access
    std::optional<Retention> deleted;  ///< where soft delete keeps it; Retention::deleted is its version
};

[[nodiscard]] std::optional<Container> find_container(ReadTxn& tx, std::string_view name);
/// The live one with that root directory.
[[nodiscard]] std::optional<Container> find_container_of(ReadTxn& tx, std::int64_t root_dir_id);
/// As find_container, failing with container_not_found.
[[nodiscard]] Result<Container> require_container(ReadTxn& tx, std::string_view name);

void insert_container(WriteTxn& tx, const Container& container);
void update_container(WriteTxn& tx, const Container& container);
/// O(1): the container's blobs are dropped with their directory id and drained later; or, with a retention, they stay
/// below it until that is over.
void delete_container(WriteTxn& tx, const Container& container, const std::optional<Retention>& deleted = {});
/// One that was deleted then and is still kept.
[[nodiscard]] std::optional<Container> find_deleted_container(ReadTxn& tx, std::string_view name, Instant deleted);
/// Makes it the live one of its name again.
void restore_container(WriteTxn& tx, const Container& container);
/// Removes what is kept of a container no longer.
void remove_over(WriteTxn& tx, std::string_view name, std::int64_t container_id);

/// Walks containers in name order.
class ContainerCursor {
  public:
    /// From the name `first` on, which outlives the cursor.
    ContainerCursor(ReadTxn& tx, std::string_view first);
    /// Those too that soft delete keeps, before the live one of their name; there from those on that were deleted at `deleted`.
    ContainerCursor(ReadTxn& tx, std::string_view first, Instant deleted);
    [[nodiscard]] std::optional<Container> next();

  private:
    Instant now_;
    Cursor cursor_;
};

}  // namespace lazulite::blob
