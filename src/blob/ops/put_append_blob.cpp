#include "blob/ops/events.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/new_blob.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
#include "service/receive.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {

/// Makes an append blob without bytes; x-ms-blob-content-md5 is stored as it is given.
Task<Result<Response>> put_append_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    if (x.version < kAppendBlobs) LAZ_CO_CHECK(refuse_header(x.request, "x-ms-blob-type"));
    LAZ_CO_TRY(NewBlob command, decode<NewBlob>(x.request, x.query));
    LAZ_CO_CHECK(refuse_header(x.request, "x-ms-blob-content-length"));  // of page blobs alone
    LAZ_CO_TRY(const auto tier, tier_of_upload(x));
    if (tier) co_return fail(ErrorCode::access_tier_not_supported_for_blob_type);
    LAZ_CO_TRY(command.tags, tags_of_upload(x));
    LAZ_CO_TRY(command.encryption, asked_encryption(x));
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, 0, x.version));
    LAZ_CO_TRY(const auto length, content_length(x.request));
    if (length > 0U) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)
                           .with("HeaderName", "Content-Length")
                           .with("HeaderValue", std::to_string(*length)));
    }
    LAZ_CO_TRY(const Received body, co_await receive_content(x, rules));

    const ContentHeaders headers = stored_headers(command, x.version);
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    struct Put {
        Instant tick;
        std::optional<Instant> version;
        Encryption encryption;
    };
    LAZ_CO_TRY(const Put put, co_await x.store->write([&](WriteTxn& tx) -> Result<Put> {
        LAZ_TRY(Place place, find_place(tx, x.target));
        LAZ_CHECK(check_place(tx, x, place, command, BlobType::append));
        Blob blob = blob_in_place_of(tx, x, place, BlobType::append);
        blob.headers = headers;
        blob.metadata = command.metadata.pack();
        blob.tags = command.tags;
        LAZ_CHECK(guard(x, place, command, tx.now(), blob));
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
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_encryption(response, x.version, put.encryption);
    co_return response;
}

}  // namespace lazulite::blob
