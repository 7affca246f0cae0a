#include "blob/ops/common.hpp"
#include "blob/ops/immutability.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {
namespace {

std::optional<Retention> retention_of_containers(const Account& account, WriteTxn& tx) {
    const std::chrono::days days(account.settings.container_delete_retention_days);
    if (days.count() == 0) return std::nullopt;
    const Instant deleted = tx.next_tick();
    return Retention{deleted, deleted + Ticks(days)};
}

}  // namespace

Task<Result<Response>> delete_container(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Guards guards, decode<Guards>(x.request, x.query));
    if (guards.when.any_etag()) co_return fail(ErrorCode::condition_headers_not_supported);
    LAZ_CO_CHECK(check_combination(guards.when));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Container container, require_container(tx, x.target.container));
        LAZ_CHECK(check_container_lease(LeaseUse::write, guards.lease_id, container.lease, tx.now()));
        LAZ_CHECK(check_write(guards.when, container.tick));
        LAZ_CHECK(check_container_deletable(tx, x, container));
        blob::delete_container(tx, container, retention_of_containers(x.account, tx));
        return {};
    }));
    Response response;
    response.status = 202;
    co_return response;
}

}  // namespace lazulite::blob
