#include "blob/domain/names.hpp"
#include "blob/ops/tree.hpp"
#include "datalake/ops/common.hpp"
#include "datalake/ops/operations.hpp"

namespace lazulite::datalake {

Task<Result<Response>> create_filesystem(Exchange& x) {
    LAZ_CO_CHECK(blob::check_new_container_name(x.target.container));
    LAZ_CO_CHECK(blob::check_no_conditions(x.request));
    LAZ_CO_TRY(const auto properties, properties_of(x.request));
    LAZ_CO_TRY(const blob::Container made, co_await x.store->write([&](WriteTxn& tx) -> Result<blob::Container> {
        if (blob::find_container(tx, x.target.container)) return fail(ErrorCode::container_already_exists);
        blob::Container container = blob::new_container(tx, x.account, x.target.container);
        container.root_access = blob::access_of_root(x);
        container.metadata = properties.value_or(Metadata{}).pack();
        blob::insert_container(tx, container);
        return container;
    }));
    Response response;
    response.status = 201;
    blob::add_tick(response, made.tick, x.version);
    add_namespace(response, made);
    co_return response;
}

}  // namespace lazulite::datalake
