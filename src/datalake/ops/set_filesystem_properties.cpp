#include "datalake/ops/common.hpp"
#include "datalake/ops/operations.hpp"

namespace lazulite::datalake {

/// Replaces all properties; without the header none is left.
Task<Result<Response>> set_filesystem_properties(Exchange& x) {
    LAZ_CO_CHECK(blob::check_names(x));
    LAZ_CO_TRY(const blob::Guards guards, decode<blob::Guards>(x.request, x.query));
    if (guards.when.any_etag()) co_return fail(ErrorCode::condition_headers_not_supported);
    LAZ_CO_CHECK(blob::check_combination(guards.when));
    LAZ_CO_TRY(const auto properties, properties_of(x.request));
    LAZ_CO_TRY(const Instant tick, co_await blob::change_container(x, guards, [&](blob::Container& container) {
        container.metadata = properties.value_or(Metadata{}).pack();
    }));
    Response response;
    blob::add_tick(response, tick, x.version);
    co_return response;
}

}  // namespace lazulite::datalake
