#include <algorithm>

#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/ops/versions.hpp"

namespace lazulite::file {
namespace {

struct DeleteShare {
    LeaseGuard guards;
    std::optional<DeleteSnapshots> snapshots;
};

template <class Codec>
void describe(Codec& c, DeleteShare& m) {
    c.include(m.guards);
    c.header("x-ms-delete-snapshots", m.snapshots);
}

std::optional<Retention> retention_of_shares(const Account& account, WriteTxn& tx) {
    const std::chrono::days days(account.settings.share_delete_retention_days);
    if (days.count() == 0) return std::nullopt;
    const Instant deleted = tx.next_tick();
    return Retention{deleted, deleted + Ticks(days)};
}

/// One snapshot goes for good: soft delete keeps whole shares.
Result<> delete_snapshot(WriteTxn& tx, const Exchange& x, const DeleteShare& command, const AsOf& taken) {
    LAZ_TRY(View view, open_view(tx, x.target, taken));
    LAZ_CHECK(check_share_lease(LeaseUse::write, command.guards.lease_id, view.lease(), tx.now()));
    remove_snapshot(tx, view.share, view.snapshot->taken);
    return {};
}

Result<Usage> delete_with_snapshots(WriteTxn& tx, const Exchange& x, const DeleteShare& command) {
    LAZ_TRY(const Share share, require_share(tx, x.target.container));
    LAZ_CHECK(check_share_lease(LeaseUse::write, command.guards.lease_id, share.lease, tx.now()));
    const auto snapshots = snapshots_of(tx, share.id);
    const bool leased = std::any_of(snapshots.begin(), snapshots.end(), [&tx](const ShareSnapshot& snapshot) {
        return locked(state_at(snapshot.lease, tx.now()));
    });
    LAZ_CHECK(check_deletion(command.snapshots, !snapshots.empty(), leased));
    const Usage usage = usage_of(tx, share.id);
    file::delete_share(tx, share, retention_of_shares(x.account, tx));
    return usage;
}

}  // namespace

Task<Result<Response>> delete_share(Exchange& x) {
    LAZ_CO_TRY(const DeleteShare command, decode<DeleteShare>(x.request, x.query));
    LAZ_CO_TRY(const AsOf taken, decode_snapshot(x.query));
    Response response;
    response.status = 202;
    if (taken) {
        if (command.snapshots) {
            co_return fail(bad_parameter("sharesnapshot", x.query.value_or_empty("sharesnapshot"),
                                         "A snapshot is deleted alone, without x-ms-delete-snapshots."));
        }
        LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) { return delete_snapshot(tx, x, command, taken); }));
        co_return response;
    }
    LAZ_CO_TRY(const Usage usage, co_await x.store->write([&](WriteTxn& tx) { return delete_with_snapshots(tx, x, command); }));
    if (x.version >= kShareUsageOnDelete) {
        response.fields.add("x-ms-file-share-usage-bytes", std::to_string(usage.live));
        response.fields.add("x-ms-file-share-snapshot-usage-bytes", std::to_string(usage.former));
    }
    co_return response;
}

}  // namespace lazulite::file
