#include "file/ops/file_system_headers.hpp"
#include "file/ops/operations.hpp"

namespace lazulite::file {
namespace {

Result<FilePlace> read_directory(const Exchange& x) {
    LAZ_TRY(const auto path, decode_path(x));
    LAZ_TRY(const AsOf as_of, decode_snapshot(x.query));
    return x.store->read([&](ReadTxn& tx) { return or_absent(require_directory(tx, x.target, path, as_of)); });
}

}  // namespace

Task<Result<Response>> get_directory_properties(Exchange& x) {
    LAZ_CO_TRY(const FilePlace place, read_directory(x));
    Response response;
    add_tick(response, place.node->tick);
    if (x.version >= kServerEncrypted) response.fields.add("x-ms-server-encrypted", "true");
    add_file_system_headers(response, shown_node(x, place, *place.node));
    HeaderEncoder(response.fields).metadata(Metadata::unpack(place.node->metadata).value_or(Metadata{}));
    co_return response;
}

Task<Result<Response>> get_directory_metadata(Exchange& x) {
    LAZ_CO_TRY(const FilePlace place, read_directory(x));
    Response response;
    add_tick(response, place.node->tick);
    HeaderEncoder(response.fields).metadata(Metadata::unpack(place.node->metadata).value_or(Metadata{}));
    co_return response;
}

}  // namespace lazulite::file
