#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {

Task<Result<Response>> get_queue_metadata(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    struct Found {
        Queue queue;
        std::int64_t messages;
    };
    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<Found>> {
        LAZ_TRY(Queue queue, require_queue(tx, x.target.container));
        const auto messages = count_messages(tx, queue.generation, walk_limits(effort).expired);
        if (!messages) return std::nullopt;
        return Found{std::move(queue), *messages};
    };
    LAZ_CO_TRY(const Found found, co_await long_read(x, read));
    Response response;
    HeaderEncoder headers(response.fields);
    headers.header("x-ms-approximate-messages-count", found.messages);
    if (const auto metadata = Metadata::unpack(found.queue.metadata)) headers.metadata(*metadata);
    co_return response;
}

}  // namespace lazulite::queue
