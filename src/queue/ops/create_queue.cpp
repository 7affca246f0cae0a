#include <algorithm>

#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

struct CreateQueue {
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, CreateQueue& m) {
    c.metadata(m.metadata);
}

/// The same pairs, in whatever order.
bool same(const Metadata& a, const Metadata& b) {
    const auto in_b = [&b](const Metadata::Pair& pair) {
        const std::string* value = b.find(pair.name);
        return value != nullptr && *value == pair.value;
    };
    return a.size() == b.size() && std::all_of(a.begin(), a.end(), in_b);
}

}  // namespace

Task<Result<Response>> create_queue(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const CreateQueue command, decode<CreateQueue>(x.request, x.query));
    LAZ_CO_TRY(const bool created, co_await x.store->write([&](WriteTxn& tx) -> Result<bool> {
        if (const auto there = find_queue(tx, x.target.container)) {
            const auto metadata = Metadata::unpack(there->metadata);
            if (!metadata || !same(*metadata, command.metadata)) return fail(ErrorCode::queue_already_exists);
            return false;
        }
        LAZ_CHECK(check_not_being_deleted(tx, x.target.container));
        Queue queue;
        queue.name = x.target.container;
        queue.generation = begin_generation(tx);
        queue.created = tx.next_tick();
        queue.metadata = command.metadata.pack();
        insert_queue(tx, queue);
        return true;
    }));
    Response response;
    response.status = created ? 201 : 204;
    co_return response;
}

}  // namespace lazulite::queue
