#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"

namespace lazulite::queue {
namespace {

struct DeleteMessage {
    std::string pop_receipt;
};

template <class Codec>
void describe(Codec& c, DeleteMessage& m) {
    c.query("popreceipt", m.pop_receipt);
}

}  // namespace

Task<Result<Response>> delete_message(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const DeleteMessage command, decode<DeleteMessage>(x.request, x.query));
    LAZ_CO_TRY(const MessageId id, message_id(x.target));
    LAZ_CO_TRY(const PopReceipt receipt, pop_receipt(x, id, command.pop_receipt));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(const Generation generation, require_generation(tx, x.target.container));
        LAZ_TRY(const Message message, require_message(tx, generation, id, receipt));
        remove_message(tx, generation, message);
        return {};
    }));
    co_return no_content();
}

}  // namespace lazulite::queue
