#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"

namespace lazulite::file {
namespace {

struct SetShareMetadata {
    LeaseGuard guards;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetShareMetadata& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
}

}  // namespace

Task<Result<Response>> set_share_metadata(Exchange& x) {
    LAZ_CO_TRY(const SetShareMetadata command, decode<SetShareMetadata>(x.request, x.query));
    LAZ_CO_TRY(const Share share, co_await change_share(x, command.guards, [&](Share& changed) -> Result<> {
        changed.properties.metadata = command.metadata.pack();
        return {};
    }));
    Response response;
    add_tick(response, share.properties.tick);
    co_return response;
}

}  // namespace lazulite::file
