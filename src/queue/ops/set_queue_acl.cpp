#include "auth/stored_policy.hpp"
#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::queue {
namespace {

constexpr PolicyLetters kQueueLetters{"raup", ""};

}  // namespace

Task<Result<Response>> set_queue_acl(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const StoredPolicies policies, co_await receive_stored_policies(x, kQueueLetters));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(Queue queue, require_queue(tx, x.target.container));
        queue.policies = pack_policies(policies);
        update_queue(tx, queue);
        return {};
    }));
    co_return no_content();
}

}  // namespace lazulite::queue
