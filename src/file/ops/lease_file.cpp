#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/versions.hpp"
#include "service/lease_request.hpp"

namespace lazulite::file {

/// Leases of files have no end but their release, and break at once. ETag and Last-Modified stay.
Task<Result<Response>> lease_file(Exchange& x) {
    if (x.version < kFileLeases) co_return fail(bad_parameter("comp", "lease", "Files are leased from version 2019-02-02 on."));
    LAZ_CO_TRY(const auto path, decode_path(x));
    LAZ_CO_TRY(LeaseRequest request, decode_lease_request(x, LeaseRules::current));
    if (request.duration) {
        co_return fail(bad_header("x-ms-lease-duration", x.request.fields.value_or_empty("x-ms-lease-duration")));
    }
    request.break_period.reset();
    struct Leased {
        MaybeLease lease;
        Revision tick;
        Instant now;
    };
    LAZ_CO_TRY(const Leased leased, co_await x.store->write([&](WriteTxn& tx) -> Result<Leased> {
        LAZ_TRY(const FilePlace place, require_file(tx, x.target, path));
        const auto next = request.step(place.node->lease, tx.now());
        if (!next) return fail(lease_error(next.error(), "file"));
        Node after = *place.node;
        after.lease = *next;
        save_lease(tx, after);
        return Leased{*next, after.tick, tx.now()};
    }));
    Response response;
    add_lease(response, request, leased.lease, leased.now);
    add_tick(response, leased.tick);
    co_return response;
}

}  // namespace lazulite::file
