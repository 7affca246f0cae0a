#include "blob/domain/file_time.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/immutability.hpp"
#include "blob/ops/versions.hpp"
#include "datalake/ops/flat_directory.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"

namespace lazulite::datalake {
namespace {

using blob::Place;

/// Reference: "Path - Delete".
struct DeletePath {
    blob::Guards guards;
    std::optional<bool> recursive;
    /// Asks for a continuation where there is more than one request can delete, which is never here.
    std::optional<bool> paginated;
};

template <class Codec>
void describe(Codec& c, DeletePath& m) {
    c.include(m.guards);
    c.query("recursive", m.recursive);
    c.query("paginated", m.paginated);
}

struct Deleted {
    blob::Which kept;
    bool flat_directory = false;
};

/// A directory goes with all it holds, in one step.
Result<Deleted> remove(WriteTxn& tx, const Exchange& x, const DeletePath& command, const blob::Protection& protection) {
    LAZ_TRY(const Place place, require_path(tx, x));
    const blob::Blob& doomed = *place.blob;
    LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, command.guards.lease_id, doomed.lease, tx.now()));
    LAZ_CHECK(blob::check_write(command.guards.when, doomed.tick));
    LAZ_CHECK(blob::check_not_pending(doomed.copy));
    const bool recursive = command.recursive.value_or(false);
    if (doomed.is_directory() && !recursive && !blob::is_empty(tx, *doomed.child_dir_id)) {
        return fail(ErrorCode::path_directory_not_empty);
    }
    if (!doomed.is_directory()) {
        LAZ_CHECK(blob::check_deletable(doomed.immutability, tx.now()));
        blob::drop_staged_set(tx, place.key);
    }
    const bool flat = !place.container.hierarchical && is_folder_marker(doomed);
    if (flat && !recursive && !is_empty_below(tx, place.container, place.key.name)) {
        return fail(ErrorCode::path_directory_not_empty);
    }
    const blob::Changed gone =
        blob::change_blob(tx, protection, blob::Change::remove, place.key, doomed, std::nullopt, doomed.tick);
    blob::Cause cause = blob::cause_of(x);
    cause.operation = is_directory(doomed) ? "DeleteDirectory" : "DeleteFile";
    blob::note(tx, cause, place.container, normal_path(x.target.name),
               {blob::EventType::deleted, doomed, std::nullopt, {}, gone.soft_deleted});
    return Deleted{gone.soft_deleted, flat};
}

}  // namespace

Task<Result<Response>> delete_path(Exchange& x) {
    LAZ_CO_CHECK(check_path_below_root(x));
    LAZ_CO_TRY(const DeletePath command, decode<DeletePath>(x.request, x.query));
    LAZ_CO_CHECK(blob::check_combination(command.guards.when));
    LAZ_CO_TRY(const blob::Protection protection, blob::protection_of(x));
    LAZ_CO_TRY(const Deleted deleted, co_await x.store->write([&](WriteTxn& tx) {
        return remove(tx, x, command, protection);
    }));
    if (deleted.flat_directory) LAZ_CO_CHECK(co_await delete_below(x, protection));
    Response response;
    if (x.version >= blob::kDeleteType) {
        response.fields.add("x-ms-delete-type-permanent", deleted.kept ? "false" : "true");
    }
    if (deleted.kept) response.fields.add("x-ms-deletion-id", blob::file_time(deleted.kept->id));
    response.content_length = 0;
    co_return response;
}

}  // namespace lazulite::datalake
