#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::queue {

Task<Result<Response>> get_queue_acl(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const Queue queue, x.store->read([&](ReadTxn& tx) { return require_queue(tx, x.target.container); }));
    Response response;
    show_stored_policies(response, queue.policies);
    co_return response;
}

}  // namespace lazulite::queue
