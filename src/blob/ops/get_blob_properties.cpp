#include "blob/ops/blob_properties.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {
namespace {

Result<Blob> load(Exchange& x) {
    LAZ_CHECK(check_names(x));
    LAZ_CHECK(check_version_parameters(x.query));
    LAZ_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    return x.store->read([&](ReadTxn& tx) -> Result<Blob> {
        LAZ_TRY(Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_blob_lease(guards));
        LAZ_CHECK(check_read_guards(x, guards, found.blob.tick));
        return std::move(found.blob);
    });
}

}  // namespace

Task<Result<Response>> get_blob_properties(Exchange& x) {
    LAZ_CO_TRY(Blob blob, load(x));
    override_headers(x, blob.headers);
    Response response;
    HeaderEncoder encoder(response.fields);
    describe(encoder, ShownBlob{blob, x.version});
    encoder.metadata(Metadata::unpack(blob.metadata).value_or(Metadata{}));
    if (!blob.headers.md5.empty()) encoder.header("Content-MD5", base64_encode(as_bytes(blob.headers.md5)));
    encoder.header("Accept-Ranges", std::string_view("bytes"));
    if (x.version >= kTiers) add_tier(encoder, blob);
    response.content_length = blob.size;
    co_return response;
}

Task<Result<Response>> get_blob_metadata(Exchange& x) {
    LAZ_CO_TRY(const Blob blob, load(x));
    Response response;
    add_tick(response, blob.tick, x.version);
    HeaderEncoder(response.fields).metadata(Metadata::unpack(blob.metadata).value_or(Metadata{}));
    co_return response;
}

}  // namespace lazulite::blob
