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
    const auto read = [&](ReadTxn& tx, Effort effort) -> Result<std::optional<std::vector<Message>>> {
        LAZ_TRY(const Generation generation, require_generation(tx, x.target.container));
        FoundMessages found =
            find_visible(tx, generation, kBeginning, command.most.value_or(1), walk_limits(effort));
        if (found.cut) return std::nullopt;
        return std::move(found.messages);
    };
    LAZ_CO_TRY(const std::vector<Message> messages, co_await long_read(x, read));
    LAZ_CO_TRY(Response response, co_await answer_with_messages(x, messages, Shown::peeked));
    co_return response;
}

}  // namespace lazulite::queue
