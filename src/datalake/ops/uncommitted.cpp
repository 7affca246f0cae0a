#include "datalake/ops/uncommitted.hpp"

#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"

namespace lazulite::datalake {
namespace {

using blob::Blob;
using blob::BlobKey;
using blob::StagedSet;

/// One byte more than the longest id of a block.
constexpr std::size_t kIdLength = 65;
constexpr std::size_t kPositionBytes = 8;

StorageError missing(std::string_view header) {
    return StorageError(ErrorCode::missing_required_header).with("HeaderName", header);
}

Result<Lease> acquired(const PathLease& asked, const MaybeLease& current, Instant now) {
    const std::int64_t seconds = asked.duration.value_or(-1);
    return acquire(current, *asked.proposed,
                   seconds < 0 ? std::nullopt : std::optional(std::chrono::seconds(seconds)), now);
}

}  // namespace

std::string id_of_position(std::uint64_t position) {
    std::string id(kIdLength, '\0');
    for (std::size_t i = 0; i < kPositionBytes; ++i) {
        id[kIdLength - 1 - i] = static_cast<char>(static_cast<unsigned char>(position >> (8 * i) & 0xff));
    }
    return id;
}

std::uint64_t position_of(std::string_view id) {
    std::uint64_t position = 0;
    for (const char byte : id.substr(kIdLength - kPositionBytes)) {
        position = position << 8 | static_cast<unsigned char>(byte);
    }
    return position;
}

Result<> check_made_here(const Blob& file, const std::optional<StagedSet>& staged, ErrorCode refusal) {
    const bool blocks = staged && staged->id_length != kIdLength;
    if (!file.by_data_lake || file.type != blob::BlobType::block || blocks) return fail(refusal);
    return {};
}

Result<> commit(WriteTxn& tx, const BlobKey& key, Blob& file, std::uint64_t length, bool retain) {
    const auto set = blob::find_staged_set(tx, key);
    std::vector<Block> staged;
    if (set) staged = blob::staged_blocks(tx, set->staging_id);
    // What was appended below the end of the file can never become a part of it.
    std::erase_if(staged, [&](const Block& block) { return position_of(block.id) < file.size; });
    std::uint64_t end = file.size;
    std::size_t taken = 0;
    while (taken < staged.size() && end < length) {
        if (position_of(staged[taken].id) != end) return fail(ErrorCode::invalid_flush_position);
        end += staged[taken].length;
        ++taken;
    }
    if (end != length) return fail(ErrorCode::invalid_flush_position);
    if (!set) return {};
    staged.resize(taken);
    blob::TakenBlocks ids;
    ids.only.emplace();
    for (Block& block : staged) {
        *ids.only += block.id;
        block.id.clear();  // committed data has no names: Get Block List does not see it
        block.naming = Naming::moved;
        file.content = contents::append(tx, file.content, file.size, block);
        file.size += block.length;
    }
    if (retain && taken < set->count) {
        blob::take_staged_blocks(tx, key, *set, *ids.only);
    } else {
        blob::consume_staged_set(tx, key, *set, ids);
    }
    return {};
}

void save_written(WriteTxn& tx, const Exchange& x, const blob::Place& place, const blob::Protection& protection,
                  const Blob& file, bool closes) {
    const blob::Changed changed =
        blob::change_blob(tx, protection, blob::Change::replace, place.key, place.blob, file, file.tick);
    if (!closes) return;
    blob::Cause cause = blob::cause_of(x);
    cause.operation = "FlushWithClose";
    blob::note(tx, cause, place.container, normal_path(x.target.name),
               {blob::EventType::created, place.blob, file, {}, changed.soft_deleted});
}

Result<> check_lease_headers(const PathLease& lease, bool flushes) {
    if (!lease.action) return {};
    const bool acquires =
        *lease.action == PathLeaseAction::acquire || *lease.action == PathLeaseAction::acquire_release;
    const bool releases =
        *lease.action == PathLeaseAction::release || *lease.action == PathLeaseAction::acquire_release;
    if (acquires && !lease.proposed) return fail(missing("x-ms-proposed-lease-id"));
    if (acquires && !lease.duration) return fail(missing("x-ms-lease-duration"));
    if (!acquires && !lease.id) return fail(missing("x-ms-lease-id"));
    const std::int64_t seconds = lease.duration.value_or(-1);
    if (seconds != -1 && (seconds < 15 || seconds > 60)) {
        return fail(StorageError(ErrorCode::invalid_header_value)
                        .with("HeaderName", "x-ms-lease-duration")
                        .with("HeaderValue", std::to_string(seconds)));
    }
    // Only what commits may give a lease back.
    if (releases && !flushes) {
        return fail(StorageError(ErrorCode::invalid_header_value)
                        .with("HeaderName", "x-ms-lease-action")
                        .with("HeaderValue", name_of(*lease.action)));
    }
    return {};
}

Result<LeaseSteps> take_lease(const PathLease& asked, const MaybeLease& current, Instant now) {
    LeaseSteps steps{current};
    const auto action = asked.action;
    if (action == PathLeaseAction::acquire || action == PathLeaseAction::acquire_release) {
        LAZ_TRY(steps.after, acquired(asked, current, now));
        if (action == PathLeaseAction::acquire_release) {
            LAZ_TRY(steps.after, release(steps.after, *asked.proposed, LeaseRules::current, now));
        }
        return steps;
    }
    LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, asked.id, current, now));
    if (action == PathLeaseAction::auto_renew) {
        LAZ_TRY(steps.after, renew(current, *asked.id, LeaseRules::current, now));
        steps.renewed = true;
    }
    if (action == PathLeaseAction::release) {
        LAZ_TRY(steps.after, release(current, *asked.id, LeaseRules::current, now));
    }
    return steps;
}

}  // namespace lazulite::datalake
