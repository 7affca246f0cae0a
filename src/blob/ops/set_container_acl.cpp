#include "auth/stored_policy.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::blob {
namespace {

constexpr PolicyLetters kContainerLetters{"racwdl", "xytfmeopi"};

struct SetContainerAcl {
    Guards guards;
    std::optional<PublicAccess> access;
};

template <class Codec>
void describe(Codec& c, SetContainerAcl& m) {
    c.include(m.guards);
    c.header("x-ms-blob-public-access", m.access);
}

}  // namespace

Task<Result<Response>> set_container_acl(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SetContainerAcl command, decode<SetContainerAcl>(x.request, x.query));
    if (command.guards.when.any_etag()) co_return fail(ErrorCode::condition_headers_not_supported);
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_CHECK(check_public_access(x, command.access));
    LAZ_CO_TRY(const StoredPolicies policies, co_await receive_stored_policies(x, kContainerLetters));
    LAZ_CO_TRY(const Instant tick, co_await change_container(x, command.guards, [&](Container& container) {
        container.access = command.access.value_or(PublicAccess::none);
        container.policies = pack_policies(policies);
    }));
    Response response;
    add_tick(response, tick, x.version);
    co_return response;
}

}  // namespace lazulite::blob
