#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/immutability.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"
#include "service/current_properties.hpp"

namespace lazulite::blob {
namespace {

struct DeleteBlob {
    Guards guards;
    Conditions tier;  ///< the two dates, against the time since when the blob has its tier
    std::optional<DeleteSnapshots> snapshots;
};

template <class Codec>
void describe(Codec& c, DeleteBlob& m) {
    c.include(m.guards);
    c.header("x-ms-access-tier-if-modified-since", m.tier.if_modified_since);
    c.header("x-ms-access-tier-if-unmodified-since", m.tier.if_unmodified_since);
    c.header("x-ms-delete-snapshots", m.snapshots);
}

/// The refusals of a permanent delete. Reference: "Delete Blob", permanent delete, which names a status and no code.
StorageError not_permanently(std::string_view reason) {
    return StorageError(ErrorCode::blob_operation_not_supported).with("Reason", reason);
}

/// `deletetype=permanent` is for snapshots and versions that soft delete keeps, where the account allows it.
Result<bool> is_permanent(const Exchange& x, const Which& which) {
    const std::string_view type = x.query.value_or_empty("deletetype");
    if (type.empty() || x.version < kPermanentDelete) return false;
    if (!equals_ignoring_case(type, "permanent")) {
        return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                        .with("QueryParameterName", "deletetype")
                        .with("QueryParameterValue", type)
                        .with("Reason", "The only value is permanent."));
    }
    LAZ_TRY(const auto properties, current_properties(*x.store, x.behaviour));
    const RetentionPolicy& policy = *properties->values.delete_retention;
    if (!policy.enabled || !policy.allow_permanent_delete.value_or(false)) {
        return fail(not_permanently("Permanent delete is not enabled for the account."));
    }
    if (!which) return fail(not_permanently("Only a snapshot or version can be deleted permanently."));
    return true;
}

/// What soft delete keeps goes for good; conditions are not for what nobody can read.
Result<> delete_permanently(WriteTxn& tx, const Exchange& x, const HistoryId& id) {
    LAZ_TRY(const Place place, find_place(tx, x.target, id));
    if (place.blob && !place.which) return fail(ErrorCode::operation_not_allowed_on_root_blob);
    if (place.blob) return fail(ErrorCode::blob_snapshot_not_soft_deleted);
    if (!remove_retained(tx, place.key, id)) return fail(ErrorCode::blob_not_found);
    return {};
}

/// Whether it is gone for good.
Result<bool> delete_now(WriteTxn& tx, const Exchange& x, const DeleteBlob& command, const Protection& protection,
                        const Which& which) {
    LAZ_TRY(const Found found, require_blob(tx, x.target, which));
    // The service was seen to refuse the header before it looks into the directory.
    if (command.snapshots) LAZ_CHECK(check_file(found.blob));
    LAZ_CHECK(check_blob_lease(LeaseUse::write, command.guards.lease_id, found.blob.lease, tx.now()));
    LAZ_CHECK(check_write(command.guards.when, found.blob.tick));
    LAZ_CHECK(check_tags(x, command.guards.if_tags, found.blob.tags));
    // A tier that was never set has been that of the blob since it was made.
    if (!check_write(command.tier, found.blob.tier.set ? found.blob.tier.changed : found.blob.created)) {
        return fail(ErrorCode::access_tier_change_time_condition_not_met);
    }
    const auto retention = protection.retention(tx.now());
    if (found.which) {
        LAZ_CHECK(check_deletable(found.blob.immutability, tx.now()));
        remove_history(tx, found.key, *found.which, retention);
        const Which soft_deleted = retention ? found.which : Which();
        note(tx, x, found.container, {EventType::deleted, found.blob, std::nullopt, found.which, soft_deleted});
        return !retention;
    }
    if (which) return fail(ErrorCode::operation_not_allowed_on_root_blob);
    if (found.blob.is_directory() && !is_empty(tx, *found.blob.child_dir_id)) return fail(ErrorCode::directory_is_not_empty);
    LAZ_CHECK(check_not_pending(found.blob.copy));
    // The service was seen to count deleted snapshots too where soft delete does not keep their blob any more.
    const bool snapshots = has_snapshots(tx, found.key) ||
                           (would_be_lost(protection, found.blob) && has_retained_snapshots(tx, found.key));
    LAZ_TRY(const Deletion doomed, deletion(command.snapshots, snapshots));
    LAZ_CHECK(check_removable(tx, x, found, doomed));
    if (doomed.snapshots) remove_snapshots(tx, found.key, retention);
    if (!doomed.current) return !retention;
    drop_staged_set(tx, found.key);
    const Changed gone = change_blob(tx, protection, Change::remove, found.key, found.blob, std::nullopt, found.blob.tick);
    note(tx, x, found.container, {EventType::deleted, found.blob, std::nullopt, {}, gone.soft_deleted});
    return !gone.kept;
}

}  // namespace

Task<Result<Response>> delete_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(DeleteBlob command, decode<DeleteBlob>(x.request, x.query));
    if (x.version < kTierConditions) command.tier = {};
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_TRY(const bool permanently, is_permanent(x, which));
    if (command.snapshots && which) co_return fail(only_current(x.query));
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_CHECK(check_combination(command.tier));
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    const auto remove = [&](WriteTxn& tx) -> Result<bool> {
        if (!permanently) return delete_now(tx, x, command, protection, which);
        LAZ_CHECK(delete_permanently(tx, x, *which));
        return true;
    };
    bool permanent = false;
    if (command.snapshots && protection.deleted) {  // they go into retention one by one
        LAZ_CO_TRY(permanent, co_await x.store->write_large(remove));
    } else {
        LAZ_CO_TRY(permanent, co_await x.store->write(remove));
    }
    Response response;
    response.status = 202;
    if (x.version >= kDeleteType) response.fields.add("x-ms-delete-type-permanent", permanent ? "true" : "false");
    co_return response;
}

}  // namespace lazulite::blob
