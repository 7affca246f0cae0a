#include <cstring>

#include "base/text.hpp"
#include "blob/ops/blob_properties.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/new_blob.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/tree.hpp"
#include "blob/ops/versions.hpp"
#include "blob/rows/tree.hpp"
#include "service/receive.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {
namespace {

/// An empty blob with this mark is a directory in a hierarchical container where nothing stands yet: so AzCopy makes
/// them.
bool makes_directory(const Place& place, const Metadata& metadata, std::uint64_t length) {
    if (!place.container.hierarchical || place.blob || length > 0) return false;
    const std::string* marked = metadata.find(kIsFolder);
    return marked != nullptr && equals_ignoring_case(*marked, "true");
}

Metadata without_mark(const Metadata& metadata) {
    Metadata rest;
    for (const Metadata::Pair& pair : metadata) {
        if (!equals_ignoring_case(pair.name, kIsFolder)) rest.add(pair.name, pair.value);
    }
    return rest;
}

/// What was to be a file becomes a directory.
void turn_into_directory(WriteTxn& tx, const Exchange& x, Place& place, const Metadata& metadata, Blob& blob) {
    blob.child_dir_id = tx.next_id();
    blob.access = access_of_new(tx, x, place, true);
    blob.metadata = without_mark(metadata).pack();
    place.key.name = directory_name(place.key.name);
}

}  // namespace

Task<Result<Response>> put_block_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(NewBlob command, decode<NewBlob>(x.request, x.query));
    LAZ_CO_CHECK(refuse_header(x.request, "x-ms-blob-content-length"));  // of page blobs alone
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(BodyRules rules, body_rules(x.request, put_blob_limit(x.version), x.version));
    LAZ_CO_TRY(const auto wanted_tier, tier_of_upload(x));
    LAZ_CO_TRY(command.tags, tags_of_upload(x));
    LAZ_CO_TRY(command.encryption, asked_encryption(x));
    // The MD5 to store is verified too, and before the one of the transport.
    ContentHeaders headers = stored_headers(command, x.version);
    if (!headers.md5.empty()) std::memcpy(rules.expected_md5.emplace().data(), headers.md5.data(), sizeof(Md5Digest));
    rules.compute_md5 = rules.expected_md5 || x.version >= kComputedMd5;
    const auto check = [&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(const Place place, find_place(tx, x.target));
        return check_place(tx, x, place, command, BlobType::block);
    };
    LAZ_CO_TRY(Received body, co_await receive_content(x, rules, check));
    if (body.md5) headers.md5.assign(reinterpret_cast<const char*>(body.md5->data()), body.md5->size());

    LAZ_CO_TRY(const Protection protection, protection_of(x));
    struct Put {
        Instant tick;
        std::optional<Instant> version;
        Encryption encryption;
    };
    LAZ_CO_TRY(const Put put, co_await x.store->write([&](WriteTxn& tx) -> Result<Put> {
        LAZ_TRY(Place place, find_place(tx, x.target));
        LAZ_CHECK(check_place(tx, x, place, command, BlobType::block));
        Blob blob = blob_in_place_of(tx, x, place, BlobType::block);
        blob.size = body.length;
        blob.headers = headers;
        blob.metadata = command.metadata.pack();
        blob.tags = command.tags;
        LAZ_CHECK(guard(x, place, command, tx.now(), blob));
        if (makes_directory(place, command.metadata, body.length)) {
            turn_into_directory(tx, x, place, command.metadata, blob);
            replace(tx, place.key, std::nullopt, blob);
            note(tx, x, place.container, {EventType::created, std::nullopt, blob});
            return Put{blob.tick, std::nullopt, blob.encryption};
        }
        blob.tier = tier_of_new(wanted_tier, place.blob ? std::optional(place.blob->tier) : std::nullopt, tx.now());
        if (body.range) {
            blob.content = contents::create_embedded(tx, *body.range);
        } else if (body.length > 0) {
            blob.content = contents::create_inline(tx, body.bytes);
        }
        drop_staged_set(tx, place.key);
        const Changed changed = change_blob(tx, protection, Change::replace, place.key, place.blob, blob, blob.tick);
        blob.version = changed.version;
        note(tx, x, place.container, {EventType::created, place.blob, blob, {}, changed.soft_deleted});
        return Put{blob.tick, blob.version, blob.encryption};
    }));
    body.keep();

    Response response;
    response.status = 201;
    add_tick(response, put.tick, x.version);
    add_version(response, put.version, x.version);
    if (body.md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (rules.expected_crc64 || x.version >= (rules.expected_md5 ? kBothHashes : kCrc64OfPutBlob)) {
        response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    }
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_encryption(response, x.version, put.encryption);
    co_return response;
}

}  // namespace lazulite::blob
