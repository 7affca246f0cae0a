#include "blob/ops/events.hpp"
#include "blob/ops/new_blob.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

struct PutPageBlob {
    NewBlob blob;
    std::uint64_t size = 0;
    std::optional<std::uint64_t> sequence_number;
};

template <class Codec>
void describe(Codec& c, PutPageBlob& m) {
    c.include(m.blob);
    c.header("x-ms-blob-content-length", m.size);
    c.header("x-ms-blob-sequence-number", m.sequence_number);
}

}  // namespace

/// Put Blob of a page blob: pages that were never written take no space.
Task<Result<Response>> put_page_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(PutPageBlob command, decode<PutPageBlob>(x.request, x.query));
    LAZ_CO_CHECK(check_page_blob_size(command.size));
    LAZ_CO_CHECK(check_sequence_number(command.sequence_number.value_or(0)));
    if (x.request.content_length != 0U) {
        co_return fail(bad_header("Content-Length", x.request.fields.value_or_empty("Content-Length")));
    }
    LAZ_CO_CHECK(check_combination(command.blob.guards.when));
    const auto page_tier = x.version >= kTiersOnUploads ? named_page_tier(x) : std::nullopt;
    if (page_tier) LAZ_CO_CHECK(check_page_tier({}, *page_tier, command.size));
    LAZ_CO_TRY(const auto tier, page_tier ? Result<std::optional<AccessTier>>() : tier_of_upload(x));
    if (tier) co_return fail(ErrorCode::access_tier_not_supported_for_blob_type);  // of block blobs, as every other here
    LAZ_CO_TRY(command.blob.tags, tags_of_upload(x));
    LAZ_CO_TRY(command.blob.encryption, asked_encryption(x));

    const ContentHeaders headers = stored_headers(command.blob, x.version);
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    struct Put {
        Instant tick;
        std::optional<Instant> version;
        Encryption encryption;
    };
    LAZ_CO_TRY(const Put put, co_await x.store->write([&](WriteTxn& tx) -> Result<Put> {
        LAZ_TRY(Place place, find_place(tx, x.target));
        LAZ_CHECK(check_place(tx, x, place, command.blob, BlobType::page));
        Blob blob = blob_in_place_of(tx, x, place, BlobType::page);
        blob.size = command.size;
        blob.sequence_number = command.sequence_number.value_or(0);
        blob.headers = headers;
        blob.metadata = command.blob.metadata.pack();
        blob.tags = command.blob.tags;
        blob.page_tier = page_tier;
        LAZ_CHECK(guard(x, place, command.blob, tx.now(), blob));
        drop_staged_set(tx, place.key);
        const Changed changed = change_blob(tx, protection, Change::replace, place.key, place.blob, blob, blob.tick);
        blob.version = changed.version;
        note(tx, x, place.container, {EventType::created, place.blob, blob, {}, changed.soft_deleted});
        return Put{blob.tick, blob.version, blob.encryption};
    }));

    Response response;
    response.status = 201;
    add_tick(response, put.tick, x.version);
    add_version(response, put.version, x.version);
    add_encryption(response, x.version, put.encryption);
    co_return response;
}

}  // namespace lazulite::blob
