#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {

Task<Result<Response>> clear_messages(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(Queue queue, require_queue(tx, x.target.container));
        end_generation(tx, queue.generation);
        queue.generation = begin_generation(tx);
        update_queue(tx, queue);
        return {};
    }));
    co_return no_content();
}

}  // namespace lazulite::queue
