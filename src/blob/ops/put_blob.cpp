#include <cstring>

#include "blob/ops/common.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
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
    std::string tags;  ///< packed; read by `tags_of_upload`
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

/// Whether the blob may be put there.
Result<> check_place(ReadTxn& tx, const Exchange& x, const Place& place, const PutBlob& command) {
    if (place.blob && !x.identity.may_overwrite()) return fail(ErrorCode::unauthorized_blob_overwrite);
    LAZ_CHECK(check_blob_lease(LeaseUse::write, command.guards.lease_id, place.lease(), tx.now()));
    LAZ_CHECK(check_create(command.guards.when, place.tick()));
    LAZ_CHECK(check_tags(x, command.guards.if_tags, place.blob ? place.blob->tags : std::string_view()));
    if (place.blob) LAZ_CHECK(check_online(place.blob->tier));
    return check_type(tx, place, BlobType::block);
}

}  // namespace

Task<Result<Response>> put_block_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_signed_encryption_scope(x));
    LAZ_CO_TRY(PutBlob command, decode<PutBlob>(x.request, x.query));
    if (const auto length = x.request.fields.find("x-ms-blob-content-length")) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)  // of page blobs alone
                           .with("HeaderName", "x-ms-blob-content-length")
                           .with("HeaderValue", *length));
    }
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(BodyRules rules, body_rules(x.request, put_blob_limit(x.version), x.version));
    LAZ_CO_TRY(const auto wanted_tier, tier_of_upload(x));
    LAZ_CO_TRY(command.tags, tags_of_upload(x));
    // What the transaction would refuse anyway is refused before the body is pulled; the transaction decides.
    LAZ_CO_CHECK(x.store->read([&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        return check_place(tx, x, place, command);
    }));

    // The MD5 to store is verified too, and before the one of the transport.
    ContentHeaders headers = stored_headers(command);
    keep_known(headers, x.version);
    if (!headers.md5.empty()) std::memcpy(rules.expected_md5.emplace().data(), headers.md5.data(), sizeof(Md5Digest));
    rules.compute_md5 = rules.expected_md5 || x.version >= kComputedMd5;
    LAZ_CO_TRY(Received body, co_await receive_content(x, rules));
    if (body.md5) headers.md5.assign(reinterpret_cast<const char*>(body.md5->data()), body.md5->size());

    struct Put {
        Instant tick;
        std::optional<Instant> version;
    };
    LAZ_CO_TRY(const Put put, co_await x.store->write([&](WriteTxn& tx) -> Result<Put> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        LAZ_CHECK(check_place(tx, x, place, command));
        Blob blob = blob_in_place_of(tx, place.blob, BlobType::block);
        blob.size = body.length;
        blob.headers = headers;
        blob.metadata = command.metadata.pack();
        blob.tags = command.tags;
        blob.tier = tier_of_new(wanted_tier, place.blob ? std::optional(place.blob->tier) : std::nullopt, tx.now());
        if (body.range) {
            blob.content = contents::create_embedded(tx, *body.range);
        } else if (body.length > 0) {
            blob.content = contents::create_inline(tx, body.bytes);
        }
        drop_staged_set(tx, place.key);
        return Put{blob.tick, change_blob(tx, x, Change::replace, place.key, place.blob, blob, blob.tick).version};
    }));
    body.keep();

    Response response;
    response.status = 201;
    add_tick(response, put.tick, x.version);
    add_version(response, put.version, x.version);
    if (body.md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (rules.expected_crc64) response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_encrypted(response, x.version);
    co_return response;
}

}  // namespace lazulite::blob
