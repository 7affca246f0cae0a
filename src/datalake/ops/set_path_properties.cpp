#include "blob/ops/events.hpp"
#include "blob/ops/immutability.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"

namespace lazulite::datalake {
namespace {

/// Reference: "Path - Update", action setProperties.
struct SetPathProperties {
    blob::Guards guards;
    PathHeaders headers;
};

template <class Codec>
void describe(Codec& c, SetPathProperties& m) {
    c.include(m.guards);
    c.include(m.headers);
}

}  // namespace

/// `x-ms-properties` replaces all properties; of the headers those that are given.
Task<Result<Response>> set_path_properties(Exchange& x) {
    LAZ_CO_CHECK(check_path_below_root(x));
    LAZ_CO_TRY(const SetPathProperties command, decode<SetPathProperties>(x.request, x.query));
    LAZ_CO_CHECK(blob::check_combination(command.guards.when));
    LAZ_CO_TRY(const auto properties, properties_of(x.request));
    LAZ_CO_TRY(const blob::Protection protection, blob::protection_of(x));
    LAZ_CO_TRY(const Revision tick, co_await x.store->write([&](WriteTxn& tx) -> Result<Revision> {
        LAZ_TRY(const blob::Place place, require_path(tx, x));
        const blob::Blob& before = *place.blob;
        LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, command.guards.lease_id, before.lease, tx.now()));
        LAZ_CHECK(blob::check_write(command.guards.when, before.tick));
        LAZ_CHECK(blob::check_changeable(before.immutability));
        LAZ_CHECK(blob::check_not_copied_to(before.copy));
        blob::Blob after = before;
        command.headers.apply(after.headers);
        if (properties) after.metadata = with_folder_mark(*properties, before).pack();
        after.tick = tx.next_tick();
        blob::change_blob(tx, protection, blob::Change::metadata, place.key, before, after, after.tick);
        blob::note(tx, x, place.container, {blob::EventType::properties_updated, before, after});
        return after.tick;
    }));
    Response response;
    blob::add_tick(response, tick, x.version);
    response.content_length = 0;
    co_return response;
}

}  // namespace lazulite::datalake
