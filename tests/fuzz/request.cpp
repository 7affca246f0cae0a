// Target, query, row of the table, canonical strings and Shared Key of any request head.

#include "auth/shared_key.hpp"
#include "blob/operations.hpp"
#include "input.hpp"
#include "service/target.hpp"
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Request request = parse_head(text_of(data, size));
    auto target = parse_target(request, ServiceKind::blob, accounts());
    const auto query = Query::parse(request.query);
    if (!target || !query) return 0;
    const Service& service = blob::service();
    (void)match_operation(service.operations, request, *query, service.scope(*target, *query));
    (void)parse_metadata(request.fields);
    const auto account = accounts().find(target->account);
    (void)verify_shared_key({request, *query, target->account, account->keys, kNewestVersion, Instant(Ticks(0))},
                            request.fields.value_or_empty("Authorization"));
    return 0;
}
