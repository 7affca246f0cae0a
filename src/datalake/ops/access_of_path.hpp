#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "blob/domain/access_control.hpp"
#include "datalake/ops/common.hpp"

namespace lazulite::datalake {

/// What stands at the path of a URL: a file or directory, or the root directory of its filesystem.
struct StandingPath {
    blob::Container container;
    blob::BlobKey key;
    std::optional<blob::Blob> blob;  ///< nothing: the root directory

    [[nodiscard]] bool directory() const { return !blob || blob->is_directory(); }
    [[nodiscard]] Revision tick() const { return blob ? blob->tick : container.tick; }
    [[nodiscard]] MaybeLease lease() const { return blob ? blob->lease : std::nullopt; }
    [[nodiscard]] blob::AccessControl access() const;
    /// The path's ETag and Last-Modified stay as they are.
    void set_access(WriteTxn& tx, const blob::AccessControl& access);
};
/// Fails with container_not_found or blob_not_found.
[[nodiscard]] Result<StandingPath> require_standing(ReadTxn& tx, const Target& target);

/// Fails with hierarchical_namespace_not_enabled on a flat account.
[[nodiscard]] Result<> check_hierarchical(const Exchange& x);

/// Whom `x-ms-owner` or `x-ms-group` names; nothing where the header is absent or empty. Fails with invalid_header_value.
[[nodiscard]] Result<std::optional<std::string>> owner_of(const Exchange& x, std::string_view header);

/// `fsAction`, as `r-x`; nothing without it. Fails with invalid_query_parameter_value.
[[nodiscard]] Result<std::optional<blob::Rwx>> asked_access(const Exchange& x);

/// With object ids in place of the user principal names that are known.
[[nodiscard]] blob::AclEntries with_object_ids(const Exchange& x, blob::AclEntries entries);
/// The names that `upn=true` asks for; null: none.
[[nodiscard]] blob::NameOfUser names_asked_for(const Exchange& x);

}  // namespace lazulite::datalake
