#include "blob/ops/encryption.hpp"
#include "service/from_url.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/versions.hpp"
#include "service/receive.hpp"
#include "store/span_map.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {
namespace {

struct PutPage {
    Guards guards;
    SequenceConditions sequence;
    Encryption encryption;  ///< as asked for; read by `asked_encryption`
};

template <class Codec>
void describe(Codec& c, PutPage& m) {
    c.include(m.guards);
    c.include(m.sequence);
}

/// The blob, when these pages of it may be written. What the range says of its size comes last.
Result<Found> find_pages(ReadTxn& tx, const Exchange& x, const PutPage& command, const ResolvedRange& pages) {
    LAZ_TRY(Found found, require_page_blob(tx, x.target));
    LAZ_CHECK(check_blob_lease(LeaseUse::write, command.guards.lease_id, found.blob.lease, tx.now()));
    LAZ_CHECK(check_write(command.guards.when, found.blob.tick));
    LAZ_CHECK(check_tags(x, command.guards.if_tags, found.blob.tags));
    LAZ_CHECK(check_not_copied_to(found.blob.copy));
    LAZ_CHECK(check_sequence(command.sequence, found.blob.sequence_number));
    LAZ_CHECK(check_changeable(found.blob.immutability));
    LAZ_CHECK(check_change(x, found, command.encryption));
    if (pages.first >= found.blob.size || pages.length > found.blob.size - pages.first) {
        return fail(ErrorCode::invalid_page_range);
    }
    return found;
}

/// Saves the blob with what `change(tx, Blob&)` makes of its content.
template <class Change>
Task<Result<Blob>> write_pages(Exchange& x, const PutPage& command, const ResolvedRange& pages, Change change) {
    Result<Blob> written = co_await x.store->write([&](WriteTxn& tx) -> Result<Blob> {
        LAZ_TRY(const Found found, find_pages(tx, x, command, pages));
        Blob after = found.blob;
        change(tx, after);
        after.tick = tx.next_tick();
        replace(tx, found.key, found.blob, after);
        return after;
    });
    co_return written;
}

Response written(const Blob& blob, ServiceVersion version) {
    Response response;
    response.status = 201;
    add_tick(response, blob.tick, version);
    response.fields.add("x-ms-blob-sequence-number", std::to_string(blob.sequence_number));
    return response;
}

Result<PutPage> decode_put_page(const Exchange& x) {
    LAZ_CHECK(check_names(x));
    LAZ_TRY(PutPage command, decode<PutPage>(x.request, x.query));
    LAZ_TRY(command.encryption, asked_encryption(x));
    LAZ_CHECK(check_combination(command.guards.when));
    return command;
}

}  // namespace

/// And Put Page From URL.
Task<Result<Response>> put_page(Exchange& x) {
    LAZ_CO_TRY(const PutPage command, decode_put_page(x));
    LAZ_CO_TRY(const ResolvedRange pages, written_pages(x.request));
    LAZ_CO_TRY(BodyRules rules, rules_of_write(x, kPutPageLimit));
    rules.compute_md5 = rules.compute_md5 || x.version < kCrc64;  // shown unasked until there were CRCs
    LAZ_CO_TRY(const auto length, length_of_write(x));
    if (length > kPutPageLimit) {
        co_return fail(StorageError(ErrorCode::request_body_too_large).with("MaxLimit", std::to_string(kPutPageLimit)));
    }
    if (is_from_url(x) && !length) {
        co_return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-source-range"));
    }
    if (length != pages.length) {
        const std::string_view named = is_from_url(x) ? "x-ms-source-range" : "Content-Length";
        co_return fail(bad_header(named, x.request.fields.value_or_empty(named)));
    }
    const auto check = [&](ReadTxn& tx) -> Result<> {
        LAZ_CHECK(find_pages(tx, x, command, pages));
        return {};
    };
    LAZ_CO_TRY(Received body, co_await receive_written(x, rules, check));
    if (body.length != pages.length) {  // a source that ends sooner
        co_return fail(bad_header("x-ms-source-range", x.request.fields.value_or_empty("x-ms-source-range")));
    }
    Source source = body.bytes;
    if (body.range) source = *body.range;
    LAZ_CO_TRY(const Blob blob, co_await write_pages(x, command, pages, [&](WriteTxn& tx, Blob& after) {
                   after.content = contents::write_map(tx, after.content, after.size, pages.first, source);
               }));
    body.keep();

    Response response = written(blob, x.version);
    if (body.md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (x.version >= (body.md5 ? kBothHashes : kCrc64)) response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_encryption(response, x.version, blob.encryption);
    co_return response;
}

Task<Result<Response>> clear_page(Exchange& x) {
    LAZ_CO_TRY(const PutPage command, decode_put_page(x));
    LAZ_CO_TRY(const ResolvedRange pages, written_pages(x.request));
    if (x.request.content_length != 0U) {
        co_return fail(bad_header("Content-Length", x.request.fields.value_or_empty("Content-Length")));
    }
    LAZ_CO_TRY(const Blob blob, co_await write_pages(x, command, pages, [&](WriteTxn& tx, Blob& after) {
                   after.content = contents::clear_map(tx, after.content, after.size, pages.first, pages.length);
               }));
    co_return written(blob, x.version);
}

}  // namespace lazulite::blob
