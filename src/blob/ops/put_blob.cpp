#include "blob/ops/common.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "service/receive.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {
namespace {

struct PutBlob {
    Guards guards;
    ContentHeaders headers;
    std::optional<std::string> content_type;
    std::optional<std::string> content_encoding;
    std::optional<std::string> content_language;
    std::optional<std::string> cache_control;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, PutBlob& m) {
    c.include(m.guards);
    c.include(m.headers);
    c.header("Content-Type", m.content_type);
    c.header("Content-Encoding", m.content_encoding);
    c.header("Content-Language", m.content_language);
    c.header("Cache-Control", m.cache_control);
    c.metadata(m.metadata);
}

/// The plain headers of a request count where the `x-ms-blob-` ones are absent.
ContentHeaders stored_headers(PutBlob& command) {
    ContentHeaders headers = std::move(command.headers);
    const auto fall_back = [](std::string& to, std::optional<std::string>& plain) {
        if (to.empty() && plain) to = *std::move(plain);
    };
    fall_back(headers.type, command.content_type);
    fall_back(headers.encoding, command.content_encoding);
    fall_back(headers.language, command.content_language);
    fall_back(headers.cache_control, command.cache_control);
    if (headers.type.empty()) headers.type = kDefaultContentType;
    return headers;
}

/// Refuses before the body is pulled what the transaction would refuse anyway; the transaction decides.
Result<> check_early(Exchange& x, const PutBlob& command) {
    return x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        if (place.blob && !x.identity.may_overwrite()) return fail(ErrorCode::unauthorized_blob_overwrite);
        if (place.blob) LAZ_CHECK(check_blob_lease(command.guards));
        return check_create(command.guards.when, place.blob ? std::optional(place.blob->tick) : std::nullopt);
    });
}

}  // namespace

Task<Result<Response>> put_block_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_signed_encryption_scope(x));
    LAZ_CO_TRY(PutBlob command, decode<PutBlob>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(BodyRules rules, body_rules(x.request, put_blob_limit(x.version)));
    LAZ_CO_CHECK(check_early(x, command));

    rules.compute_md5 = true;  // stored with the blob, whether or not the client sent one
    LAZ_CO_TRY(Received body, co_await receive_content(x, rules));
    ContentHeaders headers = stored_headers(command);
    const std::string md5(reinterpret_cast<const char*>(body.md5->data()), body.md5->size());
    if (!headers.md5.empty() && headers.md5 != md5) {
        co_return fail(StorageError(ErrorCode::md5_mismatch)
                           .with("UserSpecifiedMd5", base64_encode(as_bytes(headers.md5)))
                           .with("ServerCalculatedMd5", md5_text(*body.md5)));
    }
    headers.md5 = md5;

    LAZ_CO_TRY(const Instant tick, co_await x.store->write([&](WriteTxn& tx) -> Result<Instant> {
        LAZ_TRY(Place place, find_place(tx, x.target));
        if (place.blob && !x.identity.may_overwrite()) return fail(ErrorCode::unauthorized_blob_overwrite);
        LAZ_CHECK(check_blob_lease(command.guards));
        LAZ_CHECK(check_create(command.guards.when, place.blob ? std::optional(place.blob->tick) : std::nullopt));
        Blob blob;
        blob.type = BlobType::block;
        blob.size = body.length;
        blob.tick = tx.next_tick();
        blob.created = place.blob ? place.blob->created : blob.tick;
        blob.headers = headers;
        blob.metadata = command.metadata.pack();
        if (body.range) {
            blob.content = contents::create_embedded(tx, *body.range);
        } else if (body.length > 0) {
            blob.content = contents::create_inline(tx, body.bytes);
        }
        drop_staged_set(tx, place.key);
        replace(tx, place.key, place.blob, blob);
        return blob.tick;
    }));
    body.keep();

    Response response;
    response.status = 201;
    add_tick(response, tick, x.version);
    response.fields.add("Content-MD5", md5_text(*body.md5));
    if (rules.expected_crc64) response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    response.fields.add("x-ms-request-server-encrypted", "true");
    co_return response;
}

}  // namespace lazulite::blob
