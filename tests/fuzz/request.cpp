// Target, query, row of the table, canonical strings and Shared Key of any request head; what a queue's URL names.

#include "auth/shared_key.hpp"
#include "blob/operations.hpp"
#include "input.hpp"
#include "queue/domain/message.hpp"
#include "queue/operations.hpp"
#include "service/target.hpp"
#include "web/operations.hpp"
#include "wire/metadata.hpp"

using namespace lazulite;

namespace {

const Accounts& accounts() {
    static const Accounts* const kAccounts = [] {
        auto* made = new Accounts;
        made->put({std::string(kDevelopmentAccount), {*AccountKey::parse(kDevelopmentKey)}, {}});
        return made;
    }();
    return *kAccounts;
}

void select(const Service& service, const Request& request, const Query& query) {
    auto target = parse_target(request, service.kind, accounts());
    if (!target) return;
    if (target->service == ServiceKind::web && target->container != kWebsiteContainer) __builtin_trap();
    (void)match_operation(service.operations, request, query, service.scope(*target, query));
    const auto account = accounts().find(target->account);
    (void)verify_shared_key({request, query, target->account, account->keys, kNewestVersion, Instant(Ticks(0))},
                            request.fields.value_or_empty("Authorization"));
    // What is taken for an id or a receipt is one.
    const auto id = queue::MessageId::parse(target->name);
    if (id && queue::MessageId::parse(id->text()) != id) __builtin_trap();
    const auto receipt = queue::PopReceipt::parse(query.value_or_empty("popreceipt"));
    if (receipt && queue::PopReceipt::parse(receipt->text()) != receipt) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Request request = parse_head(text_of(data, size));
    const auto query = Query::parse(request.query);
    if (!query) return 0;
    for (const Service* const service : {&blob::service(), &queue::service(), &web::service()}) select(*service, request, *query);
    (void)parse_metadata(request.fields);
    return 0;
}
