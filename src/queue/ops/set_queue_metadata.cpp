#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

struct SetQueueMetadata {
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetQueueMetadata& m) {
    c.metadata(m.metadata);
}

}  // namespace

Task<Result<Response>> set_queue_metadata(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const SetQueueMetadata command, decode<SetQueueMetadata>(x.request, x.query));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(Queue queue, require_queue(tx, x.target.container));
        queue.metadata = command.metadata.pack();
        update_queue(tx, queue);
        return {};
    }));
    co_return no_content();
}

}  // namespace lazulite::queue
