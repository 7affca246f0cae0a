#include "blob/ops/encryption.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
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

/// Of the request nothing is encrypted but metadata of its own: without any the service says `false`, and never with what.
void add_encrypted_metadata(Response& response, ServiceVersion version, const Metadata& metadata,
                            const Encryption& encryption) {
    if (!metadata.empty()) {
        add_encryption(response, version, encryption);
    } else if (version >= kCustomerKeys) {
        response.fields.add("x-ms-request-server-encrypted", "false");
    }
}

/// Premium accounts limit the snapshots of a page blob. Reference: "Perform REST operations against page blobs with premium
/// storage", REST API restrictions.
Result<> check_snapshot_limits(ReadTxn& tx, const Exchange& x, const Found& found) {
    constexpr int kMostSnapshots = 100;
    constexpr std::chrono::minutes kBetweenSnapshots{10};
    if (found.blob.type != BlobType::page || !has_page_tiers(x.account)) return {};
    const std::vector<Instant> taken = last_snapshots(tx, found.key, kMostSnapshots);
    if (taken.size() == kMostSnapshots) return fail(ErrorCode::snapshot_count_exceeded);
    if (!taken.empty() && tx.now() < taken.front() + kBetweenSnapshots) return fail(ErrorCode::snapshot_operation_rate_exceeded);
    return {};
}

}  // namespace

/// A snapshot has what its blob has at that moment, the ETag too; with metadata of its own it gets an ETag of its own.
Task<Result<Response>> snapshot_blob(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SnapshotBlob command, decode<SnapshotBlob>(x.request, x.query));
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    LAZ_CO_TRY(const Encryption asked, asked_encryption(x));
    struct Taken {
        Instant id;
        Revision tick;
        std::optional<Instant> version;  ///< of the blob
        Encryption encryption;
    };
    LAZ_CO_TRY(const Taken taken, co_await x.store->write([&](WriteTxn& tx) -> Result<Taken> {
        LAZ_TRY(Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_file(found.blob));
        LAZ_CHECK(check_blob_lease(LeaseUse::read, command.guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(command.guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, command.guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_not_copied_to(found.blob.copy));
        LAZ_CHECK(check_online(found.blob.tier));
        LAZ_CHECK(check_change(x, found, asked));
        LAZ_CHECK(check_snapshot_limits(tx, x, found));
        const Instant id = tx.next_tick();
        Blob snapshot = found.blob;
        snapshot.immutability = {};
        if (std::string metadata = command.metadata.pack(); !metadata.empty()) {
            snapshot.metadata = std::move(metadata);
            snapshot.tick = id;
        }
        insert_snapshot(tx, found.key, found.blob, id, snapshot);
        const Changed base = change_blob(tx, protection, Change::snapshot, found.key, found.blob, found.blob, id);
        note(tx, x, found.container, {EventType::snapshot_created, found.blob, snapshot, HistoryId{HistoryClass::snapshot, id}});
        return Taken{id, snapshot.tick, base.version, snapshot.encryption};
    }));
    Response response;
    response.status = 201;
    response.fields.add("x-ms-snapshot", format_iso8601(taken.id));
    add_tick(response, taken.tick, x.version);
    add_version(response, taken.version, x.version);
    add_encrypted_metadata(response, x.version, command.metadata, taken.encryption);
    co_return response;
}

}  // namespace lazulite::blob
