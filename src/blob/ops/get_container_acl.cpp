#include "auth/stored_policy.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::blob {

Task<Result<Response>> get_container_acl(Exchange& x) {
    LAZ_CO_TRY(const Container container, load_container(x));
    Response response;
    add_tick(response, container.tick, x.version);
    if (container.access != PublicAccess::none) {
        HeaderEncoder(response.fields).header("x-ms-blob-public-access", container.access);
    }
    show_stored_policies(response, container.policies);
    co_return response;
}

}  // namespace lazulite::blob
