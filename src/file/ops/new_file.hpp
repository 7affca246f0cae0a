#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "file/ops/common.hpp"

// What Create File and Copy File have in common: a file comes to be where nothing stands, or in place of another one.

namespace lazulite::file {

/// Where a file of `size` bytes may be made: nothing stands there, or a file that may be overwritten. Fails with
/// resource_type_mismatch, the codes of leases, authorization_permission_mismatch, pending_copy_operation, read_only_attribute
/// unless that is ignored, or share_size_limit_reached.
[[nodiscard]] Result<FilePlace> find_place_of_new(ReadTxn& tx, const Exchange& x, const std::vector<std::string>& path,
                                              const LeaseGuard& guards, std::uint64_t size, bool ignore_read_only = false);

/// A file about to be saved there. Over another one it keeps that one's id, names and lease.
struct NewFile {
    Node node;                   ///< without content, of no size
    std::optional<Node> before;  ///< the one that it replaces (`begin_change`)
};
[[nodiscard]] NewFile begin_new(WriteTxn& tx, const FilePlace& place);
/// Saves it, and the place has it from now on.
void end_new(WriteTxn& tx, const NewFile& file, FilePlace& place);

}  // namespace lazulite::file
