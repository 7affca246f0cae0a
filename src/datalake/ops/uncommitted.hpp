#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "blob/rows/blobs.hpp"
#include "datalake/ops/path.hpp"

namespace lazulite::datalake {

// Data that was appended and not yet flushed is staged as blocks are, under ids that no client of Put Block can use.

/// Of the data at that position: ids are in order of the positions.
[[nodiscard]] std::string id_of_position(std::uint64_t position);
[[nodiscard]] std::uint64_t position_of(std::string_view id);

/// Whether data of the Data Lake kind may be added to the file: invalid_append_operation, or invalid_flush_operation, for
/// one that the Blob service wrote.
[[nodiscard]] Result<> check_made_here(const blob::Blob& file, const std::optional<blob::StagedSet>& staged, ErrorCode refusal);

/// The file up to `length` from now on: what is staged is taken over without a gap, from the end of the file on. What is
/// staged behind it is dropped, unless `retain`. Fails with invalid_flush_position before anything changes. The caller
/// saves `file`.
[[nodiscard]] Result<> commit(WriteTxn& tx, const blob::BlobKey& key, blob::Blob& file, std::uint64_t length, bool retain);

/// Saves the file as it was written; whoever `closes` it has that told.
void save_written(WriteTxn& tx, const Exchange& x, const blob::Place& place, const blob::Protection& protection,
                  const blob::Blob& file, bool closes);

/// `x-ms-lease-action` of appends and flushes. Reference: "Path - Update", request headers.
enum class PathLeaseAction : std::uint8_t { acquire, auto_renew, release, acquire_release };
inline constexpr auto kPathLeaseActions = std::to_array<Named<PathLeaseAction>>({
    {PathLeaseAction::acquire, "acquire"},
    {PathLeaseAction::auto_renew, "auto-renew"},
    {PathLeaseAction::release, "release"},
    {PathLeaseAction::acquire_release, "acquire-release"},
});
constexpr std::span<const Named<PathLeaseAction>> names_of(PathLeaseAction) { return kPathLeaseActions; }

struct PathLease {
    std::optional<PathLeaseAction> action;
    std::optional<LeaseId> id;
    std::optional<LeaseId> proposed;
    std::optional<std::int64_t> duration;  ///< in seconds; -1: for ever
};

template <class Codec>
void describe(Codec& c, PathLease& m) {
    c.header("x-ms-lease-action", m.action);
    c.header("x-ms-lease-id", m.id);
    c.header("x-ms-proposed-lease-id", m.proposed);
    c.header("x-ms-lease-duration", m.duration);
}

/// What the headers must have for their action: missing_required_header, invalid_header_value.
[[nodiscard]] Result<> check_lease_headers(const PathLease& lease, bool flushes);
/// The lease of the file while the data are written, and behind it; fails as check_blob_lease and acquire do.
struct LeaseSteps {
    MaybeLease after;
    bool renewed = false;
};
[[nodiscard]] Result<LeaseSteps> take_lease(const PathLease& asked, const MaybeLease& current, Instant now);

}  // namespace lazulite::datalake
