#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {
namespace {

struct SetContainerMetadata {
    Guards guards;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetContainerMetadata& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
}

}  // namespace

Task<Result<Response>> set_container_metadata(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SetContainerMetadata command, decode<SetContainerMetadata>(x.request, x.query));
    // Of the conditional headers only If-Modified-Since is honoured here.
    if (command.guards.when.any_etag() || command.guards.when.if_unmodified_since) {
        co_return fail(ErrorCode::condition_headers_not_supported);
    }
    LAZ_CO_TRY(const Instant tick, co_await change_container(x, command.guards, [&](Container& container) {
        container.metadata = command.metadata.pack();
    }));
    Response response;
    add_tick(response, tick, x.version);
    co_return response;
}

}  // namespace lazulite::blob
