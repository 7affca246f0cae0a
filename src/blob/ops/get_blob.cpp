#include "blob/ops/blob_properties.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/kept_blobs.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "service/content_body.hpp"
#include "service/overridden_headers.hpp"
#include "service/receive.hpp"
#include "wire/range.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {
namespace {

struct GetBlob {
    Guards guards;
    std::optional<bool> range_md5;
    std::optional<bool> range_crc64;
};

template <class Codec>
void describe(Codec& c, GetBlob& m) {
    c.include(m.guards);
    c.header("x-ms-range-get-content-md5", m.range_md5);
    c.header("x-ms-range-get-content-crc64", m.range_crc64);
}

StorageError bad_hash_request(std::string_view name) {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", name).with("HeaderValue", "true");
}

/// A hash over a range is made for at most 4 MiB, and never without a range.
Result<> check_hash_request(const GetBlob& command, bool ranged, std::uint64_t length) {
    const bool md5 = command.range_md5.value_or(false);
    const bool crc64 = command.range_crc64.value_or(false);
    if (!md5 && !crc64) return {};
    if (md5 && crc64) return fail(ErrorCode::both_crc64_and_md5_header_present);
    if (!ranged) {
        return fail(bad_hash_request(md5 ? "x-ms-range-get-content-md5" : "x-ms-range-get-content-crc64"));
    }
    if (length > kRangeHashLimit) return fail(ErrorCode::out_of_range_input);
    return {};
}

/// Whether the range that is asked for may be too long to be hashed on the io thread.
bool hashes_much(const GetBlob& command, const std::optional<ByteRange>& asked) {
    if (!asked || !(command.range_md5.value_or(false) || command.range_crc64.value_or(false))) return false;
    return !asked->last || *asked->last - asked->first >= kHashHere;
}

void add_hashes(Response& response, const GetBlob& command, const Blob& blob, bool ranged, const std::string& bytes,
                ServiceVersion version) {
    const std::string stored = base64_encode(as_bytes(blob.headers.md5));
    if (!ranged) {
        if (!stored.empty()) response.fields.add("Content-MD5", stored);
        return;
    }
    if (!stored.empty() && version >= kStoredMd5OnRanges) response.fields.add("x-ms-blob-content-md5", stored);
    if (command.range_md5.value_or(false)) {
        Md5 md5;
        md5.update(as_bytes(bytes));
        response.fields.add("Content-MD5", md5_text(md5.finish()));
    }
    if (command.range_crc64.value_or(false)) {
        response.fields.add("x-ms-content-crc64", crc64_text(Crc64::of(as_bytes(bytes))));
    }
}

/// Below which a blob is kept in memory: no name has a NUL in it.
std::string kept_name(const Target& target, const Which& which) {
    std::string name = target.container + '/' + target.name;
    if (which) name += '\0' + std::to_string(static_cast<int>(which->kind)) + ' ' + std::to_string(tick_count(which->id));
    return name;
}

}  // namespace

Task<Result<Response>> get_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_TRY(GetBlob command, decode<GetBlob>(x.request, x.query));
    if (x.version < kCrc64) command.range_crc64.reset();
    LAZ_CO_TRY(const bool structured, is_structured(x.request));
    LAZ_CO_TRY(const Encryption asked_key, asked_encryption(x));
    std::optional<ByteRange> asked = range_of(x.request.fields);
    if (asked && !asked->last && x.version < kOpenRanges) asked.reset();

    Response response;
    struct Read {
        BlobKey key;
        Instant tick;
    };
    std::optional<Read> accessed;  // the blob that was read, where that has to be noted
    // `tx` is there unless the bytes were kept.
    const auto answer = [&](const KeptBlob& found, Instant now, ReadTxn* tx) -> Result<> {
        Blob blob = found.blob;
        LAZ_CHECK(check_known_type(blob, x.version));
        override_headers(x, blob.headers);
        LAZ_CHECK(check_blob_lease(LeaseUse::read, command.guards.lease_id, blob.lease, now));
        LAZ_CHECK(check_read_guards(x, command.guards, blob.tick));
        LAZ_CHECK(check_tags(x, command.guards.if_tags, blob.tags));
        LAZ_CHECK(check_not_incremental(blob.copy));
        LAZ_CHECK(check_online(blob.tier));
        LAZ_CHECK(check_encryption(x, blob, asked_key));
        if (found.current && notes_access(x, found.key.full_name(), blob, now)) accessed = Read{found.key, blob.tick};
        ResolvedRange range{0, blob.size};
        if (asked) {
            LAZ_TRY(range, resolve(*asked, blob.size));
            response.status = 206;
            response.fields.add("Content-Range", content_range(range, blob.size));
        }
        LAZ_CHECK(check_hash_request(command, asked.has_value(), range.length));

        ShownBlob shown{blob, x.version, default_tier(x.account), now, found.current};
        shown.account = shown_of(x.account);
        HeaderEncoder encoder(response.fields);
        describe(encoder, shown);
        if (x.version >= kTiersOnGet) add_tier(encoder, shown);
        encoder.metadata(shown_metadata(blob));
        add_path_access(response, x, blob);
        if (x.version >= kOpenRanges) response.fields.add("Accept-Ranges", "bytes");
        const bool hashes = command.range_md5.value_or(false) || command.range_crc64.value_or(false);
        std::string bytes;
        if (found.bytes && asked) {
            bytes = found.bytes->substr(range.first, range.length);
        } else if (hashes) {
            LAZ_TRY(bytes, read_content(*x.store, *tx, blob.content, range.first, range.length));
        }
        add_hashes(response, command, blob, asked.has_value(), bytes, x.version);
        if (hashes || (found.bytes && asked)) {
            response.set_body(std::move(bytes));
        } else if (found.bytes) {
            response.set_body(found.bytes);
        } else {
            return set_content_body(response, x.store, *tx, blob.content, range.first, range.length);
        }
        return {};
    };

    auto& kept_blobs = x.store->attached<KeptBlobs>();
    const std::string kept_key = kept_name(x.target, which);
    const std::uint64_t commits = x.store->commits();  // before anything is read
    const auto read = [&](ReadTxn& tx) -> Result<> {
        LAZ_TRY(Found found, require_blob(tx, x.target, which));
        KeptBlob blob{std::move(found.key), std::move(found.blob), nullptr, !found.which};
        if (asked || !may_be_kept(blob.blob)) return answer(blob, tx.now(), &tx);
        LAZ_TRY(std::string bytes, read_content(*x.store, tx, blob.blob.content, 0, blob.blob.size));
        blob.bytes = std::make_shared<const std::string>(std::move(bytes));
        const auto kept = std::make_shared<const KeptBlob>(std::move(blob));
        kept_blobs.keep(kept_key, commits, kept, kept->blob.size + kept->blob.metadata.size());
        return answer(*kept, tx.now(), &tx);
    };
    if (const auto [as_of, kept] = kept_blobs.find(kept_key); kept && as_of == commits) {
        LAZ_CO_CHECK(answer(*kept, x.store->now(), nullptr));
    } else if (hashes_much(command, asked)) {
        LAZ_CO_CHECK(co_await run_on(x.workers, [&] { return x.store->read(read); }));
    } else {
        LAZ_CO_CHECK(x.store->read(read));
    }
    if (accessed) {
        // A read does not fail because it could not be noted: the outcome does not matter.
        static_cast<void>(co_await x.store->write([&](WriteTxn& tx) {
            return note_access(tx, x, accessed->key, accessed->tick);
        }));
    }
    if (structured) make_structured(response);
    co_return response;
}

}  // namespace lazulite::blob
