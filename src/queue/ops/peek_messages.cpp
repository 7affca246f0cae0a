#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

struct PeekMessages {
    bool peek_only = false;
    std::optional<std::int64_t> most;
};

template <class Codec>
void describe(Codec& c, PeekMessages& m) {
    c.query("peekonly", m.peek_only);
    c.query("numofmessages", m.most, Between{1, kMostMessagesAtOnce});
}

}  // namespace

Task<Result<Response>> peek_messages(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const PeekMessages command, decode<PeekMessages>(x.request, x.query));
    if (!command.peek_only) {
        co_return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                           .with("QueryParameterName", "peekonly")
                           .with("QueryParameterValue", "false")
                           .with("Reason", "Leave the parameter out to get messages."));
    }
    FoundMessages found;
    do {
        if (found.cut) {
            LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
                LAZ_TRY(const Queue queue, require_queue(tx, x.target.container));
                remove_expired_head(tx, queue.generation);
                return {};
            }));
        }
        LAZ_CO_TRY(found, x.store->read([&](ReadTxn& tx) -> Result<FoundMessages> {
            LAZ_TRY(const Queue queue, require_queue(tx, x.target.container));
            return find_visible(tx, queue.generation, command.most.value_or(1));
        }));
    } while (found.cut);
    co_return messages_response(found.messages, Shown::peeked, x.version);
}

}  // namespace lazulite::queue
