#include "file/ops/operations.hpp"
#include "file/ops/share_properties.hpp"

namespace lazulite::file {
namespace {

/// The share that is read; a lease id, when given, must be its own.
Result<View> read_share_of(const Exchange& x) {
    LAZ_TRY(const AsOf as_of, decode_snapshot(x.query));
    LAZ_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    return x.store->read([&](ReadTxn& tx) -> Result<View> {
        LAZ_TRY(View view, open_view(tx, x.target, as_of));
        LAZ_CHECK(check_share_lease(LeaseUse::read, guards.lease_id, view.lease(), tx.now()));
        return view;
    });
}

}  // namespace

Task<Result<Response>> get_share_properties(Exchange& x) {
    LAZ_CO_TRY(const View view, read_share_of(x));
    Response response;
    HeaderEncoder encoder(response.fields);
    describe(encoder, ShownShare{view.properties(), view.lease(), std::nullopt, x.version, x.store->now()});
    encoder.metadata(Metadata::unpack(view.properties().metadata).value_or(Metadata{}));
    co_return response;
}

Task<Result<Response>> get_share_metadata(Exchange& x) {
    LAZ_CO_TRY(const View view, read_share_of(x));
    Response response;
    add_tick(response, view.properties().tick);
    HeaderEncoder(response.fields).metadata(Metadata::unpack(view.properties().metadata).value_or(Metadata{}));
    co_return response;
}

}  // namespace lazulite::file
