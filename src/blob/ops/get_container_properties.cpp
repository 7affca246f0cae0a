#include "blob/ops/common.hpp"
#include "blob/ops/container_properties.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {

Task<Result<Response>> get_container_properties(Exchange& x) {
    LAZ_CO_TRY(const Container container, load_container(x));
    Response response;
    HeaderEncoder encoder(response.fields);
    describe(encoder, ShownContainer{container, x.version, x.store->now(), x.account.settings.immutable_storage});
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
