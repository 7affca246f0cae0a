#include "auth/stored_policy.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/signed_identifiers.hpp"

namespace lazulite::blob {
namespace {

struct GetContainerAcl {
    std::optional<std::string> lease_id;
};

template <class Codec>
void describe(Codec& c, GetContainerAcl& m) {
    c.header("x-ms-lease-id", m.lease_id);
}

}  // namespace

Task<Result<Response>> get_container_acl(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const GetContainerAcl command, decode<GetContainerAcl>(x.request, x.query));
    LAZ_CO_TRY(const Container container, x.store->read([&](ReadTxn& tx) -> Result<Container> {
        return require_container(tx, x.target.container);
    }));
    LAZ_CO_CHECK(check_container_lease({{}, command.lease_id}));
    Response response;
    add_tick(response, container.tick, x.version);
    if (container.access != PublicAccess::none) {
        HeaderEncoder(response.fields).header("x-ms-blob-public-access", container.access);
    }
    response.fields.add("Content-Type", "application/xml");
    response.set_body(write_signed_identifiers(unpack_policies(container.policies)));
    co_return response;
}

}  // namespace lazulite::blob
