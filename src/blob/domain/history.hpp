#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"
#include "base/retention.hpp"

namespace lazulite::blob {

/// What stands under a blob's name beside the current blob. Stored, and the order in which listings show them.
/// `blob`: the blob itself, deleted: kept by soft delete, or a mark that versions of it are left. There is none beside a
/// current blob.
enum class HistoryClass : std::uint8_t { snapshot = 1, version = 2, blob = 3 };

/// A former state of a blob, by the time that clients name it with.
struct HistoryId {
    HistoryClass kind = HistoryClass::snapshot;
    Instant id;
    bool operator==(const HistoryId&) const = default;
};

/// Which state of a blob a request means; nothing: the current one.
using Which = std::optional<HistoryId>;

using lazulite::remaining_days;
using lazulite::Retention;

/// What an account keeps of blobs that are overwritten or deleted.
struct Keeping {
    bool versions = false;  ///< as versions
    bool deleted = false;   ///< soft delete: for the days of DeleteRetentionPolicy
};

/// What an operation does to a current blob. All others change it in place and keep nothing of what it was.
enum class Change : std::uint8_t {
    replace,   ///< Put Blob, Put Block List, a copy onto it
    metadata,  ///< Set Blob Metadata
    snapshot,  ///< Snapshot Blob
    remove,    ///< Delete Blob
};

/// What becomes of the current blob.
struct Fate {
    enum class Former : std::uint8_t {
        nothing,           ///< it is gone, or changed in place
        version,           ///< it is a version, whatever comes in its place
        deleted_snapshot,  ///< soft delete keeps it as a snapshot
        deleted_blob,      ///< soft delete keeps it as the blob it was
    };
    Former former = Former::nothing;
    bool new_version = false;  ///< what comes is a version: it gets an id
    bool operator==(const Fate&) const = default;
};

/// `is_version`: the current blob has a version id. Once it has one it stays, also where the account makes no versions
/// any more. Reference: "Blob versioning", write operations, delete operations, snapshots, disabling; "Soft delete for
/// blobs", saving deleted data.
/// What is `archived` is not kept when it is overwritten.
[[nodiscard]] Fate fate(Change change, bool is_version, Keeping keeping, bool archived = false);

/// `x-ms-delete-snapshots`.
enum class DeleteSnapshots : std::uint8_t { include, only };
inline constexpr auto kDeleteSnapshots = std::to_array<Named<DeleteSnapshots>>(
    {{DeleteSnapshots::include, "include"}, {DeleteSnapshots::only, "only"}});
constexpr std::span<const Named<DeleteSnapshots>> names_of(DeleteSnapshots) { return kDeleteSnapshots; }

/// What Delete Blob takes away.
struct Deletion {
    bool current = false;
    bool snapshots = false;
    bool operator==(const Deletion&) const = default;
};

/// Deleting the current blob takes its snapshots along, or them alone, where it is said so; fails with
/// snapshots_present where it is not. Reference: "Delete Blob", request headers.
[[nodiscard]] Result<Deletion> deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots);

}  // namespace lazulite::blob
