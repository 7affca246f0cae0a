#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

struct DeleteBlob {
    Guards guards;
    std::optional<DeleteSnapshots> snapshots;
};

template <class Codec>
void describe(Codec& c, DeleteBlob& m) {
    c.include(m.guards);
    c.header("x-ms-delete-snapshots", m.snapshots);
}

/// `deletetype=permanent` is for what soft delete still keeps, never for a blob itself: refused, lest it delete one.
Result<> check_delete_type(const Exchange& x) {
    const std::string_view type = x.query.value_or_empty("deletetype");
    if (type.empty() || x.version < kPermanentDelete) return {};
    if (equals_ignoring_case(type, "permanent")) {
        return fail(StorageError(ErrorCode::not_implemented).with("QueryParameterName", "deletetype"));
    }
    return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                    .with("QueryParameterName", "deletetype")
                    .with("QueryParameterValue", type)
                    .with("Reason", "The only value is permanent."));
}

}  // namespace

Task<Result<Response>> delete_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const DeleteBlob command, decode<DeleteBlob>(x.request, x.query));
    LAZ_CO_CHECK(check_delete_type(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    if (command.snapshots && which) co_return fail(only_current(x.query));
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(const bool permanent, co_await x.store->write([&](WriteTxn& tx) -> Result<bool> {
        LAZ_TRY(const Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_blob_lease(LeaseUse::write, command.guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(command.guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, command.guards.if_tags, found.blob.tags));
        if (found.which) {
            remove_history(tx, found.key, *found.which);
            return true;
        }
        if (which) return fail(ErrorCode::operation_not_allowed_on_root_blob);
        LAZ_TRY(const Deletion doomed, deletion(command.snapshots, has_snapshots(tx, found.key)));
        if (doomed.snapshots) remove_snapshots(tx, found.key);
        if (!doomed.current) return true;
        drop_staged_set(tx, found.key);
        return !change_blob(tx, x, Change::remove, found.key, found.blob, std::nullopt, found.blob.tick).kept;
    }));
    Response response;
    response.status = 202;
    if (x.version >= kDeleteType) response.fields.add("x-ms-delete-type-permanent", permanent ? "true" : "false");
    co_return response;
}

}  // namespace lazulite::blob
