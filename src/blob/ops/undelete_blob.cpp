#include <algorithm>

#include "blob/domain/file_time.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tree.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

/// What a restored blob was; since when is not told.
constexpr HistoryId kDeletedBlob{HistoryClass::blob, {}};

StorageError bad_source(const Exchange& x) {
    return StorageError(ErrorCode::invalid_header_value)
        .with("HeaderName", "x-ms-undelete-source")
        .with("HeaderValue", x.request.fields.value_or_empty("x-ms-undelete-source"));
}

/// `path?deletionid=N`; without a path that of the request.
struct UndeleteSource {
    std::string path;
    Instant deleted;
};

Result<UndeleteSource> undelete_source(const Exchange& x) {
    const auto text = x.request.fields.find("x-ms-undelete-source");
    if (!text) return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-undelete-source"));
    const std::size_t end = std::min(text->find('?'), text->size());
    const auto path = percent_decode(text->substr(0, end));
    const auto query = Query::parse(text->substr(std::min(end + 1, text->size())));
    if (!path || !query) return fail(bad_source(x));
    const auto deleted = parse_file_time(query->value_or_empty("deletionid"));
    if (!deleted) return fail(bad_source(x));
    return UndeleteSource{segments_of(*path).empty() ? x.target.name : *path, *deleted};
}

/// A file, or a directory with all it held, of a hierarchical account: each deletion has an id of its own.
Task<Result<Response>> undelete_path(Exchange& x) {
    LAZ_CO_TRY(const UndeleteSource source, undelete_source(x));
    LAZ_CO_TRY(const Blob restored, co_await x.store->write([&](WriteTxn& tx) -> Result<Blob> {
        LAZ_TRY(Place place, find_place(tx, x.target));
        if (place.path.through_file) return fail(ErrorCode::resource_type_mismatch);
        if (place.blob) return fail(ErrorCode::path_already_exists);
        if (segments_of(source.path).empty()) return fail(ErrorCode::blob_not_found);
        const TreePath from = find_path(tx, place.container.root_dir_id, source.path);
        const auto blob = find_deleted(tx, from.key.kept(), source.deleted);
        // Where it has expired meanwhile nothing would be there.
        if (!blob || (blob->expires && *blob->expires <= tx.now())) return fail(ErrorCode::blob_not_found);
        make_way(tx, x, place);
        if (blob->is_directory()) place.key.name = directory_name(place.key.name);
        drop_staged_set(tx, place.key);
        restore_deleted(tx, from.key.kept(), source.deleted, place.key, *blob);
        return *blob;
    }));
    Response response;
    add_tick(response, restored.tick, x.version);
    HeaderEncoder headers(response.fields);
    headers.header("x-ms-creation-time", restored.created);
    headers.header("x-ms-resource-type", std::string_view(restored.is_directory() ? "directory" : "file"));
    co_return response;
}

}  // namespace

/// Restores what soft delete keeps of a blob: the blob itself, unless another stands there or it was a version, and its
/// snapshots and versions. Where there is nothing to restore, nothing happens. The
/// change feed is told of the blob itself alone.
Task<Result<Response>> undelete_blob(Exchange& x) {
    LAZ_CO_CHECK(check_offered_since(x, kSoftDelete));
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    if (x.account.settings.hierarchical_namespace) {
        Result<Response> response = co_await undelete_path(x);
        co_return response;
    }
    LAZ_CO_CHECK(co_await x.store->write_large([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        if (undelete(tx, place.key)) {
            const auto restored = place.blob ? std::nullopt : find_current(tx, place.key);
            if (restored) note(tx, x, place.container, {EventType::properties_updated, restored, restored, {}, kDeletedBlob});
            return {};
        }
        if (place.blob) return {};
        if (type_of_versions(tx, place.key) || has_snapshots(tx, place.key)) return {};
        return fail(ErrorCode::blob_not_found);
    }));
    co_return Response{};
}

}  // namespace lazulite::blob
