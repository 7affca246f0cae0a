#include "datalake/ops/common.hpp"
#include "datalake/ops/operations.hpp"

namespace lazulite::datalake {

Task<Result<Response>> get_filesystem_properties(Exchange& x) {
    LAZ_CO_TRY(const blob::Container container, blob::load_container(x));
    Response response;
    blob::add_tick(response, container.tick, x.version);
    response.fields.add("x-ms-properties", format_properties(Metadata::unpack(container.metadata).value_or(Metadata{})));
    add_namespace(response, container);
    co_return response;
}

}  // namespace lazulite::datalake
