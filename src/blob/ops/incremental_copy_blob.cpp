#include "blob/ops/copy_transfer.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/copies.hpp"
#include "service/copy_transfer.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {
namespace {

/// The snapshot that is to be copied.
struct Original {
    std::shared_ptr<const CopySource> source;
    HistoryId id;
    std::optional<Target> at;  ///< where this account has it
    std::string base;          ///< Copy::base
    SourceBlob blob;
    std::uint64_t length = 0;
};

/// The blob of a source, whatever name the server is called by and whatever the URL says beside it.
std::string base_of(const CopySource& source) {
    if (const auto& here = source.here()) return '/' + here->account + '/' + here->container + '/' + here->name;
    return source.url().substr(0, source.url().find('?'));
}

Task<Result<Original>> find_original(const Exchange& x) {
    Original original;
    LAZ_CO_TRY(original.source, CopySource::of(x));
    LAZ_CO_TRY(const Which which, decode_which(original.source->query()));
    if (!which || which->kind != HistoryClass::snapshot) co_return fail(ErrorCode::incremental_copy_source_must_be_snapshot);
    original.id = *which;
    LAZ_CO_TRY(const OutgoingAnswer head, co_await original.source->fetch(Method::head, {}, Fields()));
    original.blob = source_blob(head.fields);
    if (original.blob.type && *original.blob.type != BlobType::page) co_return fail(ErrorCode::invalid_source_blob_type);
    if (!original.blob.type || !head.length || !whole_pages(*head.length)) co_return fail(ErrorCode::invalid_source_blob_url);
    original.length = *head.length;
    original.at = in_this_store(x, *original.source);
    original.base = base_of(*original.source);
    co_return original;
}

Result<> check_incremental_place(ReadTxn& tx, const Exchange& x, const Place& place, const Guards& guards,
                                 const Original& original) {
    if (place.blob && !x.identity.may_overwrite()) return fail(ErrorCode::unauthorized_blob_overwrite);
    LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.lease_id, place.lease(), tx.now()));
    LAZ_CHECK(check_write(guards.when, place.tick()));
    LAZ_CHECK(check_tags(x, guards.if_tags, place.blob ? place.blob->tags : std::string_view()));
    LAZ_CHECK(check_type(tx, place, BlobType::page));
    if (!place.blob) return {};
    if (place.blob->type != BlobType::page) return fail(ErrorCode::invalid_blob_type);
    return check_next_snapshot(place.blob->copy, original.base, original.id.id);
}

struct Begun {
    BlobKey key;
    Blob blob;
};

/// The blob that snapshots are copied to, with this copy pending; made where it is the first.
Result<Begun> begin_incremental(WriteTxn& tx, const Exchange& x, const Protection& protection, const Guards& guards,
                                const Original& original) {
    LAZ_TRY(Place place, find_place(tx, x.target));
    LAZ_CHECK(check_incremental_place(tx, x, place, guards, original));
    Blob blob = place.blob ? *place.blob : blob_in_place_of(tx, x, place, BlobType::page);
    if (place.blob) blob.tick = tx.next_tick();
    if (!place.blob) blob.size = original.length;
    blob.headers = original.blob.headers;
    blob.metadata = original.blob.metadata;
    blob.sequence_number = original.blob.sequence_number;
    Copy copy;
    start_pending_copy(copy, *original.source, original.length, original.blob.etag, x.target.endpoint());
    copy.transfer->began = blob.tick;
    copy.incremental = Incremental::blob;
    copy.base = original.base;
    if (place.blob) {
        copy.copied = place.blob->copy->copied;
        copy.snapshot = place.blob->copy->snapshot;
    }
    blob.copy = std::move(copy);
    if (place.blob) {
        replace(tx, place.key, place.blob, blob);
    } else {
        drop_staged_set(tx, place.key);
        blob.version = change_blob(tx, protection, Change::replace, place.key, std::nullopt, blob, blob.tick).version;
    }
    return Begun{place.key, std::move(blob)};
}

/// What this account has is shared: no byte is copied. Nothing where the snapshot is gone meanwhile.
Result<std::optional<Begun>> copy_snapshot_here(WriteTxn& tx, const Exchange& x, const Protection& protection,
                                                const Guards& guards, const Original& original) {
    const auto from = require_blob(tx, *original.at, original.id);
    if (!from) return std::nullopt;
    LAZ_TRY(Begun begun, begin_incremental(tx, x, protection, guards, original));
    Blob& blob = begun.blob;
    const auto since = blob.copy->copied;
    if (since && !find_history(tx, from->key, {HistoryClass::snapshot, *since})) {
        const Blob before = blob;
        set_ended(blob, failed(*blob.copy, 409, "PreviousSnapshotNotFound", tx.now()));
        replace(tx, begun.key, before, blob);
        return std::optional(std::move(begun));
    }
    const Blob before = blob;
    Blob after = blob;
    after.content = share_content(tx, from->key, from->which, from->blob);
    after.size = from->blob.size;
    add_copied_snapshot(tx, begun.key, before, std::move(after), original.id.id);
    return std::optional(std::move(begun));
}

Task<Result<Begun>> copy_snapshot_from_elsewhere(Exchange& x, const Protection& protection, const Guards& guards,
                                                 const Original& original) {
    if (x.background == nullptr) co_return fail(ErrorCode::not_implemented);
    LAZ_CO_TRY(Begun begun, co_await x.store->write([&](WriteTxn& tx) -> Result<Begun> {
                   LAZ_TRY(Begun made, begin_incremental(tx, x, protection, guards, original));
                   watch_copy(tx, made.key, *made.blob.copy);
                   return made;
               }));
    CopyTransfer transfer{.store = x.store,
                          .container = x.target.container,
                          .key = begun.key,
                          .copy = *begun.blob.copy,
                          .type = BlobType::page,
                          .source_snapshot = original.id.id,
                          .source = original.source,
                          .background = *x.background,
                          .account = x.account,
                          .request_id = std::string(x.request_id),
                          .client_request_id = std::string(x.request.fields.value_or_empty("x-ms-client-request-id"))};
    x.background->run(move_bytes(std::move(transfer)));
    co_return begun;
}

}  // namespace

/// A snapshot of a page blob becomes a snapshot of the destination, which has no use but that. It is answered as pending, as
/// the reference says, also where it is done already.
Task<Result<Response>> incremental_copy_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    if (x.version < kIncrementalCopies) {
        co_return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                           .with("QueryParameterName", "comp")
                           .with("QueryParameterValue", x.query.value_or_empty("comp")));
    }
    LAZ_CO_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(guards.when));
    if (x.request.content_length.value_or(0) != 0) {
        co_return fail(bad_header("Content-Length", std::to_string(*x.request.content_length)));
    }
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    LAZ_CO_TRY(const Original original, co_await find_original(x));
    std::optional<Begun> begun;
    if (original.at) {
        LAZ_CO_TRY(begun, co_await x.store->write([&](WriteTxn& tx) {
                       return copy_snapshot_here(tx, x, protection, guards, original);
                   }));
        if (!begun) co_return fail(refused_by_source(404, "The specified blob does not exist.", "BlobNotFound"));
    } else {
        LAZ_CO_TRY(begun, co_await copy_snapshot_from_elsewhere(x, protection, guards, original));
    }

    Response response;
    response.status = 202;
    add_tick(response, begun->blob.tick, x.version);
    response.fields.add("x-ms-copy-id", begun->blob.copy->id);
    response.fields.add("x-ms-copy-status", name_of(CopyStatus::pending));
    co_return response;
}

}  // namespace lazulite::blob
