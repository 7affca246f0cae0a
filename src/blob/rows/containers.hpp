#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "blob/domain/model.hpp"
#include "lease/lease.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

/// A container as stored. `tick` is its ETag and Last-Modified.
struct Container {
    std::string name;
    std::int64_t container_id = 0;
    std::int64_t root_dir_id = 0;
    Instant tick;
    Instant created;
    PublicAccess access = PublicAccess::none;
    std::string metadata;  ///< packed (wire/metadata.hpp)
    std::string policies;  ///< stored access policies, packed (auth/stored_policy.hpp)
    std::string default_encryption_scope;
    bool deny_encryption_scope_override = false;
    MaybeLease lease;  ///< as stored: `state_at` says what it is now
};

[[nodiscard]] std::optional<Container> find_container(ReadTxn& tx, std::string_view name);
/// As find_container, failing with container_not_found.
[[nodiscard]] Result<Container> require_container(ReadTxn& tx, std::string_view name);

void insert_container(WriteTxn& tx, const Container& container);
void update_container(WriteTxn& tx, const Container& container);
/// O(1): the container's blobs are dropped with their directory id and drained later.
void delete_container(WriteTxn& tx, const Container& container);

/// Walks live containers in name order from `first` on.
class ContainerCursor {
  public:
    ContainerCursor(ReadTxn& tx, std::string_view first);
    [[nodiscard]] std::optional<Container> next();

  private:
    Cursor cursor_;
};

}  // namespace lazulite::blob
