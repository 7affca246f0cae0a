#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"
#include "service/lease_request.hpp"

namespace lazulite::blob {
namespace {

/// Changing the id of a lease came with version 2012-02-12.
Result<> check_blob_lease_action(const Exchange& x) {
    const std::string_view action = x.request.fields.value_or_empty("x-ms-lease-action");
    if (x.version >= kLeaseStates || !equals_ignoring_case(action, name_of(LeaseAction::change))) return {};
    return fail(StorageError(ErrorCode::invalid_header_value)
                    .with("HeaderName", "x-ms-lease-action")
                    .with("HeaderValue", action));
}

}  // namespace

/// All actions: ETag and Last-Modified stay.
Task<Result<Response>> lease_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_blob_lease_action(x));
    const LeaseRules rules = x.version < kLeaseStates ? LeaseRules::before_2012_02_12 : LeaseRules::current;
    LAZ_CO_TRY(const LeaseRequest request, decode_lease_request(x, rules));
    LAZ_CO_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(guards.when));
    struct Leased {
        MaybeLease lease;
        Revision tick;
        Instant now;
    };
    LAZ_CO_TRY(const Leased leased, co_await x.store->write([&](WriteTxn& tx) -> Result<Leased> {
        LAZ_TRY(const Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_write(guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_not_copied_to(found.blob.copy));
        const auto next = request.step(found.blob.lease, tx.now());
        if (!next) return fail(lease_error(next.error(), x.target.service == ServiceKind::dfs ? "resource" : "blob"));
        Blob after = found.blob;
        after.lease = *next;
        replace(tx, found.key, found.blob, after);
        return Leased{*next, after.tick, tx.now()};
    }));
    Response response;
    add_lease(response, request, leased.lease, leased.now);
    HeaderEncoder headers(response.fields);
    if (x.version >= kLeaseEtag) headers.header("ETag", header_etag(leased.tick, x.version));
    headers.header("Last-Modified", leased.tick);
    co_return response;
}

}  // namespace lazulite::blob
