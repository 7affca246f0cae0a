#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "copy/last_copy.hpp"

namespace lazulite::blob {

/// What Incremental Copy Blob made: a blob with which nothing else may be done, and its snapshots, which are as any.
enum class Incremental : std::uint8_t { no, blob, snapshot };

/// The last copy onto a blob, as stored. One out of the archive is pending without a transfer. Reference: "Copy Blob", working with
/// a pending copy; "Get Blob Properties".
struct Copy : LastCopy {
    Incremental incremental = Incremental::no;
    // Of an incremental one:
    std::string base;  ///< the blob whose snapshots are copied: `/account/container/blob` of this server, or a URL
    std::optional<Instant> copied;    ///< the snapshot of that which was completed last
    std::optional<Instant> snapshot;  ///< the one that it became

    bool operator==(const Copy&) const = default;
};

/// What a stored copy is `now`. `rehydrated`: the blob is not, or no longer, on its way out of the archive, which `since`
/// says when it left. Reference: "Copy Blob", remarks.
[[nodiscard]] Copy copy_at(const Copy& stored, Instant now, bool rehydrated, Instant since);

/// A blob that is being copied to takes no change, and one of incremental copies takes no other. Fails with
/// pending_copy_operation or operation_not_allowed_on_incremental_copy_blob.
[[nodiscard]] Result<> check_not_copied_to(const std::optional<Copy>& copy);
/// The first of the two.
[[nodiscard]] Result<> check_not_pending(const std::optional<Copy>& copy);
/// The second: reads too are refused.
[[nodiscard]] Result<> check_not_incremental(const std::optional<Copy>& copy);

/// Whether `snapshot` of `base` may follow the `last` copy onto a blob. Fails with incremental_copy_blob_mismatch,
/// incremental_copy_of_earlier_version_snapshot_not_allowed or pending_copy_operation. Reference: "Incremental Copy Blob".
[[nodiscard]] Result<> check_next_snapshot(const std::optional<Copy>& last, std::string_view base, Instant snapshot);

/// Abort Copy Blob. Fails with no_pending_copy_operation or copy_id_mismatch.
[[nodiscard]] Result<Copy> abort(const std::optional<Copy>& copy, std::string_view id, Instant now);

/// The end of a pending copy that fails; `status` and `code` are what its source answered.
[[nodiscard]] Copy failed(Copy copy, int status, std::string_view code, Instant now);

}  // namespace lazulite::blob
