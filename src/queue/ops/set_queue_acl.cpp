#include "auth/stored_policy.hpp"
#include "queue/ops/common.hpp"
#include "queue/ops/operations.hpp"
#include "service/receive.hpp"
#include "service/signed_identifiers.hpp"

namespace lazulite::queue {
namespace {

// Five policies stay well below.
constexpr std::uint64_t kMostQueueAclBytes = 64 << 10;
constexpr PolicyLetters kQueueLetters{"raup", ""};

}  // namespace

Task<Result<Response>> set_queue_acl(Exchange& x) {
    LAZ_CO_CHECK(check_dns_name(x.target.container));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostQueueAclBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const StoredPolicies policies, parse_signed_identifiers(body, kQueueLetters));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(Queue queue, require_queue(tx, x.target.container));
        queue.policies = pack_policies(policies);
        update_queue(tx, queue);
        return {};
    }));
    co_return no_content();
}

}  // namespace lazulite::queue
