#include "blob/ops/common.hpp"
#include "blob/ops/container_properties.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {
namespace {

/// Get none of the conditional headers; the lease id, when given, must be the container's.
struct GetContainer {
    std::optional<std::string> lease_id;
};

template <class Codec>
void describe(Codec& c, GetContainer& m) {
    c.header("x-ms-lease-id", m.lease_id);
}

Result<Container> load_container(Exchange& x) {
    LAZ_CHECK(check_names(x));
    LAZ_CHECK(check_no_conditions(x.request));
    LAZ_TRY(const GetContainer command, decode<GetContainer>(x.request, x.query));
    LAZ_TRY(Container container,
            x.store->read([&](ReadTxn& tx) -> Result<Container> { return require_container(tx, x.target.container); }));
    if (command.lease_id) return fail(ErrorCode::lease_not_present_with_container_operation);
    return container;
}

}  // namespace

Task<Result<Response>> get_container_properties(Exchange& x) {
    LAZ_CO_TRY(const Container container, load_container(x));
    Response response;
    HeaderEncoder encoder(response.fields);
    describe(encoder, ShownContainer{container, x.version});
    encoder.metadata(Metadata::unpack(container.metadata).value_or(Metadata{}));
    co_return response;
}

Task<Result<Response>> get_container_metadata(Exchange& x) {
    LAZ_CO_TRY(const Container container, load_container(x));
    Response response;
    add_tick(response, container.tick, x.version);
    HeaderEncoder(response.fields).metadata(Metadata::unpack(container.metadata).value_or(Metadata{}));
    co_return response;
}

}  // namespace lazulite::blob
