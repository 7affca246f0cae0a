#include "file/ops/operations.hpp"
#include "file/ops/share_properties.hpp"

namespace lazulite::file {
namespace {

struct SetShareProperties {
    LeaseGuard guards;
    ShareValues values;
};

template <class Codec>
void describe(Codec& c, SetShareProperties& m) {
    c.include(m.guards);
    c.include(m.values);
}

}  // namespace

/// What is not given stays as it is. A quota below what the share holds is none that fails: only growing is refused then.
Task<Result<Response>> set_share_properties(Exchange& x) {
    LAZ_CO_TRY(SetShareProperties command, decode<SetShareProperties>(x.request, x.query));
    command.values = known_values(command.values, x.version);
    LAZ_CO_TRY(const Share share, co_await change_share(x, command.guards, [&](Share& changed) -> Result<> {
        LAZ_CHECK(check_values(command.values, changed.properties));
        set_values(command.values, x.store->now(), changed.properties);
        return {};
    }));
    Response response;
    add_tick(response, share.properties.tick);
    add_provisioned(response, share.properties, x.version);
    co_return response;
}

}  // namespace lazulite::file
