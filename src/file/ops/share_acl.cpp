#include "auth/stored_policy.hpp"
#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::file {
namespace {

constexpr PolicyLetters kShareLetters{"rcwdl", ""};

}  // namespace

Task<Result<Response>> get_share_acl(Exchange& x) {
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_CO_TRY(const Share share, x.store->read([&](ReadTxn& tx) -> Result<Share> {
        LAZ_TRY(Share found, require_share(tx, x.target.container));
        LAZ_CHECK(check_share_lease(LeaseUse::read, guards.lease_id, found.lease, tx.now()));
        return found;
    }));
    Response response;
    add_tick(response, share.properties.tick);
    show_stored_policies(response, share.policies);
    co_return response;
}

Task<Result<Response>> set_share_acl(Exchange& x) {
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_CO_TRY(const StoredPolicies policies, co_await receive_stored_policies(x, kShareLetters));
    LAZ_CO_TRY(const Share share, co_await change_share(x, guards, [&](Share& changed) -> Result<> {
        changed.policies = pack_policies(policies);
        return {};
    }));
    Response response;
    add_tick(response, share.properties.tick);
    co_return response;
}

}  // namespace lazulite::file
