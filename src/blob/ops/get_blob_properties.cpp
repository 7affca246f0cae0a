#include "blob/ops/blob_properties.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/operations.hpp"
#include "service/overridden_headers.hpp"

namespace lazulite::blob {
namespace {

struct Loaded {
    Blob blob;
    Instant now;
    bool current;
};

Result<Loaded> load_shown(Exchange& x) {
    LAZ_CHECK(check_names(x));
    LAZ_TRY(const Which which, decode_which(x.query));
    LAZ_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    LAZ_TRY(const Encryption asked, asked_encryption(x));
    return x.store->read([&](ReadTxn& tx) -> Result<Loaded> {
        LAZ_TRY(Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_known_type(found.blob, x.version));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_read_guards(x, guards, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_encryption(x, found.blob, asked));
        return Loaded{std::move(found.blob), tx.now(), !found.which};
    });
}

}  // namespace

Task<Result<Response>> get_blob_properties(Exchange& x) {
    LAZ_CO_TRY(Loaded loaded, load_shown(x));
    Blob& blob = loaded.blob;
    override_headers(x, blob.headers);
    ShownBlob shown{blob, x.version, default_tier(x.account), loaded.now, loaded.current};
    shown.account = shown_of(x.account);
    Response response;
    HeaderEncoder encoder(response.fields);
    describe(encoder, shown);
    encoder.metadata(shown_metadata(blob));
    add_path_access(response, x, blob);
    if (!blob.headers.md5.empty()) encoder.header("Content-MD5", base64_encode(as_bytes(blob.headers.md5)));
    if (x.version >= kOpenRanges) encoder.header("Accept-Ranges", std::string_view("bytes"));
    add_tier(encoder, shown);
    add_incremental(encoder, shown);
    response.content_length = blob.size;
    co_return response;
}

Task<Result<Response>> get_blob_metadata(Exchange& x) {
    LAZ_CO_TRY(const Loaded loaded, load_shown(x));
    LAZ_CO_CHECK(check_not_incremental(loaded.blob.copy));
    Response response;
    add_tick(response, loaded.blob.tick, x.version);
    add_version(response, loaded.blob.version, x.version);
    HeaderEncoder(response.fields).metadata(shown_metadata(loaded.blob));
    co_return response;
}

}  // namespace lazulite::blob
