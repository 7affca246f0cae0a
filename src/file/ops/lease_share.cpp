#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/versions.hpp"
#include "service/lease_request.hpp"

namespace lazulite::file {

/// All actions, on a share or a snapshot of it: ETag and Last-Modified stay.
Task<Result<Response>> lease_share(Exchange& x) {
    if (x.version < kShareLeases) {
        co_return fail(bad_parameter("comp", "lease", "Shares are leased from version 2020-02-10 on."));
    }
    LAZ_CO_TRY(const LeaseRequest request, decode_lease_request(x, LeaseRules::current));
    LAZ_CO_TRY(const AsOf as_of, decode_snapshot(x.query));
    struct Leased {
        MaybeLease lease;
        Revision tick;
        Instant now;
    };
    LAZ_CO_TRY(const Leased leased, co_await x.store->write([&](WriteTxn& tx) -> Result<Leased> {
        LAZ_TRY(View view, open_view(tx, x.target, as_of));
        const auto next = request.step(view.lease(), tx.now());
        if (!next) return fail(lease_error(next.error(), "share"));
        if (view.snapshot) {
            view.snapshot->lease = *next;
            update_snapshot(tx, view.share.id, *view.snapshot);
        } else {
            view.share.lease = *next;
            update_share(tx, view.share);
        }
        return Leased{*next, view.properties().tick, tx.now()};
    }));
    Response response;
    add_lease(response, request, leased.lease, leased.now);
    add_tick(response, leased.tick);
    co_return response;
}

}  // namespace lazulite::file
