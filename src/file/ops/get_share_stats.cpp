#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::file {

Task<Result<Response>> get_share_stats(Exchange& x) {
    struct Stats {
        Revision tick;
        Usage usage;
    };
    LAZ_CO_TRY(const LeaseGuard guards, decode<LeaseGuard>(x.request, x.query));
    LAZ_CO_TRY(const Stats stats, x.store->read([&](ReadTxn& tx) -> Result<Stats> {
        LAZ_TRY(const Share share, require_share(tx, x.target.container));
        LAZ_CHECK(check_share_lease(LeaseUse::read, guards.lease_id, share.lease, tx.now()));
        return Stats{share.properties.tick, usage_of(tx, share.id)};
    }));
    XmlWriter xml;
    xml.open("ShareStats");
    xml.element("ShareUsageBytes", std::to_string(stats.usage.live));
    xml.close();
    Response response;
    add_tick(response, stats.tick);
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

}  // namespace lazulite::file
