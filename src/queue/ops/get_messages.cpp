#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

constexpr std::int64_t kDefaultTimeout = 30;

struct GetMessages {
    std::optional<std::int64_t> most;
    std::optional<std::int64_t> visibility_timeout;
    ServiceVersion version;
};

template <class Codec>
void describe(Codec& c, GetMessages& m) {
    c.query("numofmessages", m.most, Between{1, kMostMessagesAtOnce});
    c.query("visibilitytimeout", m.visibility_timeout, Between{1, most_timeout(m.version)});
}

}  // namespace

Task<Result<Response>> get_messages(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    GetMessages command{.most = {}, .visibility_timeout = {}, .version = x.version};
    Decoder decoder(x.request, x.query);
    describe(decoder, command);
    LAZ_CO_CHECK(decoder.result());
    const std::int64_t most = command.most.value_or(1);
    const std::chrono::seconds timeout(command.visibility_timeout.value_or(kDefaultTimeout));

    // A poll of an empty queue, the commonest request, never enters the writer.
    LAZ_CO_TRY(FoundMessages found, x.store->read([&](ReadTxn& tx) -> Result<FoundMessages> {
        LAZ_TRY(const Queue queue, require_queue(tx, x.target.container));
        return find_visible(tx, queue.generation, 1);
    }));
    bool more = found.cut || !found.messages.empty();
    std::vector<Message> messages;
    while (more) {
        const std::int64_t wanted = most - std::ssize(messages);
        LAZ_CO_TRY(found, co_await x.store->write([&](WriteTxn& tx) -> Result<FoundMessages> {
            LAZ_TRY(const Queue queue, require_queue(tx, x.target.container));
            return claim_messages(tx, queue.generation, wanted, timeout);
        }));
        std::move(found.messages.begin(), found.messages.end(), std::back_inserter(messages));
        more = found.cut && std::ssize(messages) < most;
    }
    co_return messages_response(messages, Shown::got, x.version);
}

}  // namespace lazulite::queue
