#include <array>
#include <atomic>
#include <functional>
#include <utility>

#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "queue/rows/expiry.hpp"

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

/// Which queues had messages for the last who asked. Those that share a place mislead each other, which costs a look.
class LastAnswers {
  public:
    std::atomic<bool>& found_some(std::string_view queue) { return found_some_[std::hash<std::string_view>{}(queue) % kPlaces]; }

  private:
    static constexpr std::size_t kPlaces = 1024;
    std::array<std::atomic<bool>, kPlaces> found_some_{};
};

/// Where the first visible message stands; if there is none, where the next will.
struct Front {
    Instant from = kBeginning;
    bool visible = false;
    bool behind_expired = false;
    std::size_t bytes = 0;  ///< of its text
};

Result<std::optional<Front>> find_front(ReadTxn& tx, const Exchange& x, Effort effort) {
    LAZ_TRY(const Generation generation, require_generation(tx, x.target.container));
    const FoundMessages found = find_visible(tx, generation, kBeginning, 1, walk_limits(effort));
    if (found.cut) return std::nullopt;
    if (found.messages.empty()) return Front{tx.now(), false, found.expired > 0};
    const Message& first = found.messages[0];
    return Front{first.receipt.next_visible, true, found.expired > 0, first.text.size()};
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

    // A poll of an empty queue, the commonest request, does not enter the writer. Where the last one found a message, a
    // look before the claim would cost as much as the claim; unless the texts might be too many for an io thread.
    std::atomic<bool>& found_some = x.store->attached<LastAnswers>().found_some(x.target.container);
    const bool may_be_large = static_cast<std::size_t>(most) * kMostTextBytes > kWalkHere.bytes;
    bool look = may_be_large || !found_some.load(std::memory_order_relaxed);
    std::vector<Message> messages;
    while (true) {
        Front front;
        if (std::exchange(look, true)) {
            LAZ_CO_TRY(front, co_await long_read(x, [&x](ReadTxn& tx, Effort effort) { return find_front(tx, x, effort); }));
            if (!front.visible && !front.behind_expired) break;
        }
        const auto claim = [&](WriteTxn& tx) -> Result<FoundMessages> {
            LAZ_TRY(const Generation generation, require_generation(tx, x.target.container));
            if (front.behind_expired) sweep_head(tx, generation);
            return claim_messages(tx, generation, front.from, most, timeout);
        };
        // As long as the first, the others are too much for an io thread.
        const bool large = front.bytes * static_cast<std::size_t>(most) > kWalkHere.bytes;
        auto claimed = large ? x.store->write_large(claim) : x.store->write(claim);
        LAZ_CO_TRY(FoundMessages found, co_await claimed);
        messages = std::move(found.messages);
        // Others may have been faster, so that nothing but many expired ones was met.
        if (!messages.empty() || !found.cut) break;
    }
    found_some.store(!messages.empty(), std::memory_order_relaxed);
    LAZ_CO_TRY(Response response, co_await answer_with_messages(x, messages, Shown::got));
    co_return response;
}

}  // namespace lazulite::queue
