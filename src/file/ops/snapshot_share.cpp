#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/versions.hpp"
#include "wire/date.hpp"

namespace lazulite::file {
namespace {

struct SnapshotShare {
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SnapshotShare& m) {
    c.metadata(m.metadata);
}

}  // namespace

/// Whatever the share holds, one row says that what stands in it now is to be kept.
Task<Result<Response>> snapshot_share(Exchange& x) {
    if (x.version < kShareSnapshots) {
        co_return fail(bad_parameter("comp", "snapshot", "Shares have snapshots from version 2017-04-17 on."));
    }
    LAZ_CO_TRY(const SnapshotShare command, decode<SnapshotShare>(x.request, x.query));
    LAZ_CO_TRY(const ShareSnapshot taken, co_await x.store->write([&](WriteTxn& tx) -> Result<ShareSnapshot> {
        LAZ_TRY(Share share, require_share(tx, x.target.container));
        if (snapshots_of(tx, share.id).size() >= kMostShareSnapshots) return fail(ErrorCode::share_snapshot_count_exceeded);
        ShareSnapshot snapshot;
        snapshot.taken = tx.next_tick();
        snapshot.properties = share.properties;
        if (!command.metadata.empty()) snapshot.properties.metadata = command.metadata.pack();
        insert_snapshot(tx, share, snapshot);
        return snapshot;
    }));
    Response response;
    response.status = 201;
    response.fields.add("x-ms-snapshot", format_iso8601(taken.taken));
    add_tick(response, taken.properties.tick);
    co_return response;
}

}  // namespace lazulite::file
