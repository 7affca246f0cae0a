#include "blob/ops/blob_properties.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"

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
    return x.store->read([&](ReadTxn& tx) -> Result<Loaded> {
        LAZ_TRY(Found found, require_blob(tx, x.target, which));
        LAZ_CHECK(check_known_type(found.blob, x.version));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_read_guards(x, guards, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        return Loaded{std::move(found.blob), tx.now(), !found.which};
    });
}

}  // namespace

Task<Result<Response>> get_blob_properties(Exchange& x) {
    LAZ_CO_TRY(Loaded loaded, load_shown(x));
    Blob& blob = loaded.blob;
    override_headers(x, blob.headers);
    const ShownBlob shown{blob, x.version, default_tier(x.account), loaded.now, loaded.current};
    Response response;
    HeaderEncoder encoder(response.fields);
    describe(encoder, shown);
    encoder.metadata(Metadata::unpack(blob.metadata).value_or(Metadata{}));
    if (!blob.headers.md5.empty()) encoder.header("Content-MD5", base64_encode(as_bytes(blob.headers.md5)));
    if (x.version >= kOpenRanges) encoder.header("Accept-Ranges", std::string_view("bytes"));
    add_tier(encoder, shown);
    response.content_length = blob.size;
    co_return response;
}

Task<Result<Response>> get_blob_metadata(Exchange& x) {
    LAZ_CO_TRY(const Loaded loaded, load_shown(x));
    Response response;
    add_tick(response, loaded.blob.tick, x.version);
    add_version(response, loaded.blob.version, x.version);
    HeaderEncoder(response.fields).metadata(Metadata::unpack(loaded.blob.metadata).value_or(Metadata{}));
    co_return response;
}

}  // namespace lazulite::blob
