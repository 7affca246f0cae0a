#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/operations.hpp"

namespace lazulite::datalake {

/// Whoever may not has been refused before.
Task<Result<Response>> check_path_access(Exchange& x) {
    LAZ_CO_CHECK(check_hierarchical(x));
    LAZ_CO_CHECK(blob::check_names(x));
    LAZ_CO_TRY(const auto asked, asked_access(x));
    if (!asked) co_return fail(StorageError(ErrorCode::missing_required_query_parameter).with("QueryParameterName", "fsAction"));
    LAZ_CO_TRY(const StandingPath path, x.store->read([&](ReadTxn& tx) { return require_standing(tx, x.target); }));
    Response response;
    blob::add_tick(response, path.tick(), x.version);
    co_return response;
}

}  // namespace lazulite::datalake
