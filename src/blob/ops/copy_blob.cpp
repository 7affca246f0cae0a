#include "blob/ops/copy_transfer.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/new_blob.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/copies.hpp"
#include "service/copy_transfer.hpp"

namespace lazulite::blob {
namespace {

struct CopyBlob {
    NewBlob blob;  ///< what guards the place, and its metadata and tags
    std::optional<AccessTier> tier;  ///< read by `tier_of_upload`
    std::optional<RehydratePriority> priority;
    std::optional<bool> seal;
};

template <class Codec>
void describe(Codec& c, CopyBlob& m) {
    c.include(m.blob.guards);
    c.metadata(m.blob.metadata);
    c.include(m.blob.immutability);
    c.header("x-ms-rehydrate-priority", m.priority);
    c.header("x-ms-seal-blob", m.seal);
}

/// Where bytes stay behind a pending copy, the destination may be leased for good and no other way.
Result<> check_destination(ReadTxn& tx, const Exchange& x, const Place& place, const CopyBlob& command, BlobType type) {
    if (place.blob && place.blob->type != type) {
        LAZ_CHECK(check_blob_lease(LeaseUse::write, command.blob.guards.lease_id, place.lease(), tx.now()));
        return fail(ErrorCode::invalid_blob_type);
    }
    LAZ_CHECK(check_place(tx, x, place, command.blob, type));
    const MaybeLease lease = place.lease();
    if (x.version >= kCopies && lease && lease->duration && locked(state_at(lease, tx.now()))) {
        return fail(ErrorCode::infinite_lease_duration_required);
    }
    return {};
}

/// The tier of what is copied from a blob with tier `from`: out of the archive it takes its time.
Result<Tier> tier_of_copy(const CopyBlob& command, const Tier& from, const std::optional<Tier>& replaced, Instant now) {
    if (from.rehydration) return fail(ErrorCode::blob_being_rehydrated);
    if (!from.archived()) return tier_of_new(command.tier, replaced, now);
    if (!command.tier) return fail(ErrorCode::blob_archived);
    const Tier archived{AccessTier::archive, now, std::nullopt, {}};
    return set_tier(archived, *command.tier, command.priority, now);
}

struct Copied {
    Instant tick;
    std::optional<Instant> version;
    Copy copy;
};

/// Shows the bytes of `from` once more. Nothing where the source is no longer what its ETag says.
Result<std::optional<Copied>> copy_here(WriteTxn& tx, const Exchange& x, const Protection& protection,
                                        const CopyBlob& command, const CopySource& source, const Target& from_target,
                                        const Which& which, std::string_view etag) {
    const auto from = require_blob(tx, from_target, which);
    if (!from || etag_text(from->blob.tick) != without_quotes(etag)) return std::nullopt;
    LAZ_CHECK(check_file(from->blob));
    LAZ_CHECK(check_not_copied_to(from->blob.copy));
    LAZ_TRY(Place place, find_place(tx, x.target));
    LAZ_CHECK(check_destination(tx, x, place, command, from->blob.type));
    const auto replaced = place.blob ? std::optional(place.blob->tier) : std::nullopt;
    LAZ_TRY(const Tier tier, tier_of_copy(command, from->blob.tier, replaced, tx.now()));

    Blob blob = blob_in_place_of(tx, x, place, from->blob.type);
    blob.size = from->blob.size;
    blob.headers = from->blob.headers;
    blob.metadata = command.blob.metadata.empty() ? from->blob.metadata : command.blob.metadata.pack();
    blob.tags = command.blob.tags;
    LAZ_CHECK(guard(x, place, command.blob, tx.now(), blob));
    if (blob.type == BlobType::block) blob.tier = tier;
    blob.committed_blocks = from->blob.committed_blocks;
    blob.sequence_number = from->blob.sequence_number;
    if (blob.type == BlobType::append) blob.sealed = command.seal.value_or(from->blob.sealed);
    blob.copy.emplace();
    start_copy(*blob.copy, source, blob.size);
    if (tier.rehydration) {
        blob.copy->status = CopyStatus::pending;
    } else {
        blob.copy->succeed(blob.tick);
    }
    blob.content = content_of_copy(tx, place, *from);
    drop_staged_set(tx, place.key);
    const Changed changed = change_blob(tx, protection, Change::replace, place.key, place.blob, blob, blob.tick);
    blob.version = changed.version;
    const EventType type = tier.rehydration ? EventType::async_operation : EventType::created;
    note(tx, x, place.container, {type, place.blob, blob, {}, changed.soft_deleted});
    return Copied{blob.tick, blob.version, *blob.copy};
}

/// Makes the blob that a transfer then fills: without bytes, or with as many zeros as there will be pages.
Result<Copied> begin_copy(WriteTxn& tx, const Exchange& x, const Protection& protection, const CopyBlob& command,
                          const SourceBlob& from, CopyTransfer& transfer) {
    LAZ_TRY(Place place, find_place(tx, x.target));
    LAZ_CHECK(check_destination(tx, x, place, command, transfer.type));
    Blob blob = blob_in_place_of(tx, x, place, transfer.type);
    if (blob.type == BlobType::page) blob.size = transfer.size();
    blob.headers = from.headers;
    blob.metadata = command.blob.metadata.empty() ? from.metadata : command.blob.metadata.pack();
    blob.tags = command.blob.tags;
    LAZ_CHECK(guard(x, place, command.blob, tx.now(), blob));
    const auto replaced = place.blob ? std::optional(place.blob->tier) : std::nullopt;
    if (blob.type == BlobType::block) blob.tier = tier_of_new(command.tier, replaced, tx.now());
    blob.committed_blocks = from.committed_blocks;
    blob.sequence_number = from.sequence_number;
    if (blob.type == BlobType::append) blob.sealed = command.seal.value_or(from.sealed);
    transfer.copy.transfer->began = blob.tick;
    transfer.key = place.key;
    blob.copy = transfer.copy;
    watch_copy(tx, place.key, *blob.copy);
    drop_staged_set(tx, place.key);
    blob.version = change_blob(tx, protection, Change::replace, place.key, place.blob, blob, blob.tick).version;
    return Copied{blob.tick, blob.version, *blob.copy};
}

Task<Result<Copied>> copy_from_elsewhere(Exchange& x, const Protection& protection, const CopyBlob& command,
                                         std::shared_ptr<const CopySource> source, const OutgoingAnswer& head) {
    if (x.background == nullptr) co_return fail(ErrorCode::not_implemented);
    if (!head.length) {
        co_return fail(StorageError(ErrorCode::cannot_verify_copy_source).saying("The copy source does not say its length."));
    }
    const SourceBlob from = source_blob(head.fields);
    if (from.archived) co_return fail(ErrorCode::blob_archived);
    const BlobType type = from.type.value_or(BlobType::block);
    if (type == BlobType::page && !whole_pages(*head.length)) {
        co_return fail(StorageError(ErrorCode::cannot_verify_copy_source).saying("The copy source has no whole pages."));
    }
    Copy copy;
    start_pending_copy(copy, *source, *head.length, from.etag, x.target.endpoint());
    CopyTransfer transfer{.store = x.store,
                          .container = x.target.container,
                          .key = {},
                          .copy = std::move(copy),
                          .type = type,
                          .source = std::move(source),
                          .background = *x.background,
                          .account = x.account,
                          .request_id = std::string(x.request_id),
                          .client_request_id = std::string(x.request.fields.value_or_empty("x-ms-client-request-id"))};
    LAZ_CO_TRY(Copied copied, co_await x.store->write([&](WriteTxn& tx) {
                   return begin_copy(tx, x, protection, command, from, transfer);
               }));
    x.background->run(move_bytes(std::move(transfer)));
    co_return copied;
}

}  // namespace

/// Within an account the copy is done at once, and no byte moves; from elsewhere it is pending while its bytes come.
Task<Result<Response>> copy_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(CopyBlob command, decode<CopyBlob>(x.request, x.query));
    LAZ_CO_TRY(command.blob.encryption, asked_encryption(x));
    LAZ_CO_CHECK(check_combination(command.blob.guards.when));
    LAZ_CO_TRY(command.tier, tier_of_upload(x));
    LAZ_CO_TRY(command.blob.tags, tags_of_upload(x));
    if (x.request.content_length.value_or(0) != 0) {
        co_return fail(bad_header("Content-Length", std::to_string(*x.request.content_length)));
    }
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        const BlobType type = place.blob ? place.blob->type : type_of_versions(tx, place.key).value_or(BlobType::block);
        return check_place(tx, x, place, command.blob, type);
    }));
    LAZ_CO_TRY(const auto source, CopySource::of(x));
    const auto from = in_this_store(x, *source);
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    LAZ_CO_TRY(const Which which, from ? decode_which(source->query()) : Result<Which>());

    std::optional<Copied> copied;
    while (!copied) {
        LAZ_CO_TRY(const OutgoingAnswer head, co_await source->fetch(Method::head, {}, source_conditions(x.request)));
        if (!from) {
            LAZ_CO_TRY(copied, co_await copy_from_elsewhere(x, protection, command, source, head));
            continue;
        }
        const std::string etag(head.fields.find("ETag").value_or(""));
        LAZ_CO_TRY(copied, co_await x.store->write([&](WriteTxn& tx) {
                       return copy_here(tx, x, protection, command, *source, *from, which, etag);
                   }));
    }

    Response response;
    response.status = x.version >= kCopies ? 202 : 201;
    add_tick(response, copied->tick, x.version);
    add_version(response, copied->version, x.version);
    if (x.version >= kCopies) {
        response.fields.add("x-ms-copy-id", copied->copy.id);
        response.fields.add("x-ms-copy-status", name_of(copied->copy.status));
    }
    co_return response;
}

/// Leaves a blob without bytes, with the metadata of the copy.
Task<Result<Response>> abort_copy_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    LAZ_CO_TRY(const std::string id, decode_copy_id(x.query));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.lease_id, found.blob.lease, tx.now()));
        Blob after = found.blob;
        LAZ_TRY(Copy aborted, abort(found.blob.copy, id, tx.now()));
        forget_copy(tx, *found.blob.copy);
        set_ended(after, std::move(aborted));
        after.tick = tx.next_tick();
        replace(tx, found.key, found.blob, after);
        return {};
    }));
    Response response;
    response.status = 204;
    co_return response;
}

}  // namespace lazulite::blob
