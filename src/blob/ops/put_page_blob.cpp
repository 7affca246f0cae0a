#include "blob/ops/new_blob.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"

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
    LAZ_CO_CHECK(check_signed_encryption_scope(x));
    LAZ_CO_TRY(PutPageBlob command, decode<PutPageBlob>(x.request, x.query));
    LAZ_CO_CHECK(check_page_blob_size(command.size));
    LAZ_CO_CHECK(check_sequence_number(command.sequence_number.value_or(0)));
    if (x.request.content_length != 0U) {
        co_return fail(bad_header("Content-Length", x.request.fields.value_or_empty("Content-Length")));
    }
    LAZ_CO_CHECK(check_combination(command.blob.guards.when));
    LAZ_CO_TRY(const auto tier, tier_of_upload(x));
    if (tier) co_return fail(ErrorCode::access_tier_not_supported_for_blob_type);  // of block blobs, as every other here
    LAZ_CO_TRY(command.blob.tags, tags_of_upload(x));

    const ContentHeaders headers = stored_headers(command.blob, x.version);
    struct Put {
        Instant tick;
        std::optional<Instant> version;
    };
    LAZ_CO_TRY(const Put put, co_await x.store->write([&](WriteTxn& tx) -> Result<Put> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        LAZ_CHECK(check_place(tx, x, place, command.blob, BlobType::page));
        Blob blob = blob_in_place_of(tx, place.blob, BlobType::page);
        blob.size = command.size;
        blob.sequence_number = command.sequence_number.value_or(0);
        blob.headers = headers;
        blob.metadata = command.blob.metadata.pack();
        blob.tags = command.blob.tags;
        drop_staged_set(tx, place.key);
        return Put{blob.tick, change_blob(tx, x, Change::replace, place.key, place.blob, blob, blob.tick).version};
    }));

    Response response;
    response.status = 201;
    add_tick(response, put.tick, x.version);
    add_version(response, put.version, x.version);
    add_encrypted(response, x.version);
    co_return response;
}

}  // namespace lazulite::blob
