#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"
#include "service/lease_request.hpp"

namespace lazulite::blob {

/// All actions: ETag and Last-Modified stay.
Task<Result<Response>> lease_container(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    if (x.version < kLeaseStates) {
        co_return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                           .with("QueryParameterName", "comp")
                           .with("QueryParameterValue", "lease")
                           .with("Reason", "Containers are leased from version 2012-02-12 on."));
    }
    LAZ_CO_TRY(const LeaseRequest request, decode_lease_request(x, LeaseRules::current));
    LAZ_CO_TRY(const Conditions when, decode<Conditions>(x.request, x.query));
    if (when.any_etag()) co_return fail(ErrorCode::condition_headers_not_supported);
    LAZ_CO_CHECK(check_combination(when));
    struct Leased {
        MaybeLease lease;
        Revision tick;
        Instant now;
    };
    LAZ_CO_TRY(const Leased leased, co_await x.store->write([&](WriteTxn& tx) -> Result<Leased> {
        LAZ_TRY(Container container, require_container(tx, x.target.container));
        LAZ_CHECK(check_write(when, container.tick));
        const auto next = request.step(container.lease, tx.now());
        if (!next) return fail(lease_error(next.error(), "container"));
        container.lease = *next;
        update_container(tx, container);
        return Leased{*next, container.tick, tx.now()};
    }));
    Response response;
    add_lease(response, request, leased.lease, leased.now);
    add_tick(response, leased.tick, x.version);
    co_return response;
}

}  // namespace lazulite::blob
