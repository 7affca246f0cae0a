#include "blob/ops/append_blob.hpp"
#include "blob/ops/encryption.hpp"
#include "service/from_url.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/versions.hpp"
#include "service/receive.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {
namespace {

/// The blob before, when it may take `length` more bytes.
Result<Found> find_appendable(ReadTxn& tx, const Exchange& x, const AppendGuards& guards, const Encryption& asked,
                              std::uint64_t length) {
    LAZ_TRY(Found found, require_append_blob(tx, x, guards));
    LAZ_CHECK(check_changeable(found.blob.immutability));
    LAZ_CHECK(check_change(x, found, asked));
    LAZ_CHECK(check_append(state_of(found.blob), guards.append, length));
    return found;
}

}  // namespace

/// And Append Block From URL.
Task<Result<Response>> append_block(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Encryption asked, asked_encryption(x));
    LAZ_CO_TRY(const AppendGuards guards, decode<AppendGuards>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(guards.guards.when));
    LAZ_CO_TRY(const BodyRules rules, rules_of_write(x, append_block_limit(x.version)));
    LAZ_CO_TRY(const auto length, length_of_write(x));
    if (length == 0U) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)
                           .with("HeaderName", "Content-Length")
                           .with("HeaderValue", "0"));
    }
    const auto check = [&](ReadTxn& tx) -> Result<> {
        LAZ_CHECK(find_appendable(tx, x, guards, asked, length.value_or(1)));
        return {};
    };
    LAZ_CO_TRY(Received body, co_await receive_written(x, rules, check));
    if (body.length == 0) co_return fail(bad_header("Content-Length", "0"));
    Block block{{}, body.length, {}, Naming::fresh};
    if (body.range) {
        block.source = *body.range;
    } else {
        block.source = body.bytes;
    }
    struct Appended {
        std::uint64_t offset;
        Blob blob;
    };
    LAZ_CO_TRY(const Appended appended, co_await x.store->write([&](WriteTxn& tx) -> Result<Appended> {
        LAZ_TRY(const Found found, find_appendable(tx, x, guards, asked, body.length));
        Blob blob = found.blob;
        blob.tick = tx.next_tick();
        blob.content = contents::append(tx, found.blob.content, found.blob.size, block);
        blob.size += body.length;
        ++blob.committed_blocks;
        replace(tx, found.key, found.blob, blob);
        return Appended{found.blob.size, std::move(blob)};
    }));
    body.keep();

    Response response;
    response.status = 201;
    add_tick(response, appended.blob.tick, x.version);
    if (rules.expected_md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (x.version >= (rules.expected_md5 ? kBothHashes : kCrc64)) {
        response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    }
    response.fields.add("x-ms-blob-append-offset", std::to_string(appended.offset));
    response.fields.add("x-ms-blob-committed-block-count", std::to_string(appended.blob.committed_blocks));
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_encryption(response, x.version, appended.blob.encryption);
    co_return response;
}

}  // namespace lazulite::blob
