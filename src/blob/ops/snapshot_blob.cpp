#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "wire/date.hpp"

namespace lazulite::blob {
namespace {

struct SnapshotBlob {
    Guards guards;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SnapshotBlob& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
}

}  // namespace

/// A snapshot has what its blob has at that moment, the ETag too; with metadata of its own it gets an ETag of its own.
Task<Result<Response>> snapshot_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SnapshotBlob command, decode<SnapshotBlob>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(command.guards.when));
    struct Taken {
        Instant id;
        Instant tick;
        std::optional<Instant> version;  ///< of the blob
    };
    LAZ_CO_TRY(const Taken taken, co_await x.store->write([&](WriteTxn& tx) -> Result<Taken> {
        LAZ_TRY(Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, command.guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(command.guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, command.guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_online(found.blob.tier));
        const Instant id = tx.next_tick();
        Blob snapshot = found.blob;
        if (std::string metadata = command.metadata.pack(); !metadata.empty()) {
            snapshot.metadata = std::move(metadata);
            snapshot.tick = id;
        }
        insert_snapshot(tx, found.key, found.blob, id, snapshot);
        const Changed base = change_blob(tx, x, Change::snapshot, found.key, found.blob, found.blob, id);
        return Taken{id, snapshot.tick, base.version};
    }));
    Response response;
    response.status = 201;
    response.fields.add("x-ms-snapshot", format_iso8601(taken.id));
    add_tick(response, taken.tick, x.version);
    add_version(response, taken.version, x.version);
    add_encrypted(response, x.version);
    co_return response;
}

}  // namespace lazulite::blob
