#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {

Task<Result<Response>> delete_queue(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Queue queue, require_queue(tx, x.target.container));
        remove_queue(tx, queue);
        return {};
    }));
    Response response;
    response.status = 204;
    co_return response;
}

}  // namespace lazulite::queue
