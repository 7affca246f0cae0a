#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

/// How long the name of a deleted queue is refused where it is, as the reference tells it of the service.
constexpr auto kDeletion = std::chrono::seconds(30);

}  // namespace

Task<Result<Response>> delete_queue(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Queue queue, require_queue(tx, x.target.container));
        std::optional<Instant> until;
        if (x.behaviour.queue_being_deleted) until = tx.now() + kDeletion;
        remove_queue(tx, queue, until);
        return {};
    }));
    co_return no_content();
}

}  // namespace lazulite::queue
