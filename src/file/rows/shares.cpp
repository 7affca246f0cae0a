#include "file/rows/shares.hpp"

#include <limits>

#include "base/packed.hpp"
#include "file/rows/expiry.hpp"

namespace lazulite::file {
namespace {

constexpr std::int64_t kLive = std::numeric_limits<std::int64_t>::max();

struct ShareTag {
    enum : std::uint8_t {
        quota = 1,
        tier = 2,
        tier_changed = 3,
        protocol = 4,
        root_squash = 5,         ///< its number, and 1
        snapshot_directory = 6,  ///< 1: no, 2: yes
        metadata = 7,
        tick = 8,
        policies = 10,
        iops = 12,
        bandwidth = 13,
        quota_raised = 14,
        iops_raised = 15,
        bandwidth_raised = 16,
        burst_iops = 17,
        burst_bandwidth = 18,
        last_snapshot = 11,
        lease = 20,  ///< the first of four
        until = 40,
        etag = 80,
    };
};

std::uint64_t count_of(Instant when) { return static_cast<std::uint64_t>(tick_count(when)); }
Instant instant(std::uint64_t count) { return instant_of(static_cast<std::int64_t>(count)); }

void pack(PackedWriter& props, const ShareProperties& properties) {
    props.put_integer(ShareTag::quota, static_cast<std::uint64_t>(properties.quota_gib));
    props.put_integer(ShareTag::tier, static_cast<std::uint64_t>(properties.tier));
    if (properties.tier_changed) props.put_integer(ShareTag::tier_changed, count_of(*properties.tier_changed));
    props.put_integer(ShareTag::protocol, static_cast<std::uint64_t>(properties.protocol));
    if (properties.root_squash) {
        props.put_integer(ShareTag::root_squash, static_cast<std::uint64_t>(*properties.root_squash) + 1);
    }
    if (properties.snapshot_directory) props.put_integer(ShareTag::snapshot_directory, *properties.snapshot_directory ? 2 : 1);
    if (const auto& provisioned = properties.provisioned) {
        props.put_integer(ShareTag::iops, static_cast<std::uint64_t>(provisioned->iops));
        props.put_integer(ShareTag::bandwidth, static_cast<std::uint64_t>(provisioned->bandwidth_mibps));
        props.put_integer(ShareTag::quota_raised, count_of(provisioned->quota_raised));
        props.put_integer(ShareTag::iops_raised, count_of(provisioned->iops_raised));
        props.put_integer(ShareTag::bandwidth_raised, count_of(provisioned->bandwidth_raised));
    }
    if (const auto& bursting = properties.paid_bursting) {
        props.put_integer(ShareTag::burst_iops, static_cast<std::uint64_t>(bursting->max_iops));
        props.put_integer(ShareTag::burst_bandwidth, static_cast<std::uint64_t>(bursting->max_bandwidth_mibps));
    }
    props.put(ShareTag::metadata, properties.metadata);
    props.put_integer(ShareTag::tick, count_of(properties.tick));
    props.put_integer(ShareTag::etag, properties.tick.brought);
}

/// Takes an entry that belongs to the properties; leaves others alone.
void unpack(const PackedReader::Entry& entry, ShareProperties& properties) {
    const auto provisioned = [&]() -> Provisioned& {
        if (!properties.provisioned) properties.provisioned.emplace();
        return *properties.provisioned;
    };
    const auto bursting = [&]() -> PaidBursting& {
        if (!properties.paid_bursting) properties.paid_bursting.emplace();
        return *properties.paid_bursting;
    };
    const auto number = [&entry] { return static_cast<std::int64_t>(entry.integer()); };
    switch (entry.tag) {
        case ShareTag::iops: provisioned().iops = number(); break;
        case ShareTag::bandwidth: provisioned().bandwidth_mibps = number(); break;
        case ShareTag::quota_raised: provisioned().quota_raised = instant(entry.integer()); break;
        case ShareTag::iops_raised: provisioned().iops_raised = instant(entry.integer()); break;
        case ShareTag::bandwidth_raised: provisioned().bandwidth_raised = instant(entry.integer()); break;
        case ShareTag::burst_iops: bursting().max_iops = number(); break;
        case ShareTag::burst_bandwidth: bursting().max_bandwidth_mibps = number(); break;
        case ShareTag::quota: properties.quota_gib = static_cast<std::int64_t>(entry.integer()); break;
        case ShareTag::tier: properties.tier = static_cast<ShareTier>(entry.integer()); break;
        case ShareTag::tier_changed: properties.tier_changed = instant(entry.integer()); break;
        case ShareTag::protocol: properties.protocol = static_cast<Protocol>(entry.integer()); break;
        case ShareTag::root_squash: properties.root_squash = static_cast<RootSquash>(entry.integer() - 1); break;
        case ShareTag::snapshot_directory: properties.snapshot_directory = entry.integer() == 2; break;
        case ShareTag::metadata: properties.metadata = entry.value; break;
        case ShareTag::tick: properties.tick = {instant(entry.integer()), properties.tick.brought}; break;
        case ShareTag::etag: properties.tick.brought = entry.integer(); break;
        default: break;
    }
}

std::string pack(const Share& share) {
    PackedWriter props;
    pack(props, share.properties);
    props.put(ShareTag::policies, share.policies);
    props.put_integer(ShareTag::last_snapshot, count_of(share.last_snapshot));
    pack_lease(props, ShareTag::lease, share.lease);
    if (share.deleted) props.put_integer(ShareTag::until, count_of(share.deleted->until));
    return props.take();
}

// Columns: name, share_id, created, props, deleted_tick.
Share read_share(const Cursor& row) {
    Share share;
    share.name = row.bytes(0);
    share.id = row.integer(1);
    share.created = instant_of(row.integer(2));
    PackedReader props(row.bytes(3));
    while (const auto entry = props.next()) {
        switch (entry->tag) {
            case ShareTag::policies: share.policies = entry->value; break;
            case ShareTag::last_snapshot: share.last_snapshot = instant(entry->integer()); break;
            case ShareTag::until: share.deleted = {instant_of(row.integer(4)), instant(entry->integer())}; break;
            default:
                unpack(*entry, share.properties);
                unpack_lease(*entry, ShareTag::lease, share.lease);
                break;
        }
    }
    return share;
}

std::string pack(const ShareSnapshot& snapshot) {
    PackedWriter props;
    pack(props, snapshot.properties);
    pack_lease(props, ShareTag::lease, snapshot.lease);
    return props.take();
}

// Columns: tick, props.
ShareSnapshot read_snapshot(const Cursor& row) {
    ShareSnapshot snapshot;
    snapshot.taken = instant_of(row.integer(0));
    PackedReader props(row.bytes(1));
    while (const auto entry = props.next()) {
        unpack(*entry, snapshot.properties);
        unpack_lease(*entry, ShareTag::lease, snapshot.lease);
    }
    return snapshot;
}

std::optional<Share> find_at(ReadTxn& tx, std::string_view name, std::int64_t deleted_tick) {
    Cursor row = tx.query("SELECT name, share_id, created, props, deleted_tick FROM shares WHERE name = ?1 AND deleted_tick = ?2",
                          name, deleted_tick);
    if (!row.next()) return std::nullopt;
    return read_share(row);
}

void insert_at(WriteTxn& tx, const Share& share, std::int64_t deleted_tick) {
    tx.execute("INSERT INTO shares(name, deleted_tick, share_id, created, props) VALUES(?1, ?2, ?3, ?4, ?5)", share.name,
               deleted_tick, share.id, tick_count(share.created), pack(share));
}

}  // namespace

std::optional<Share> find_share(ReadTxn& tx, std::string_view name) { return find_at(tx, name, kLive); }

Result<Share> require_share(ReadTxn& tx, std::string_view name) {
    auto share = find_share(tx, name);
    if (!share) return fail(ErrorCode::share_not_found);
    return *std::move(share);
}

void insert_share(WriteTxn& tx, const Share& share) {
    insert_at(tx, share, kLive);
    tx.execute("INSERT INTO usage(share_id, live, former) VALUES(?1, 0, 0)", share.id);
}

void update_share(WriteTxn& tx, const Share& share) {
    tx.execute("UPDATE shares SET props = ?3 WHERE name = ?1 AND deleted_tick = ?2", share.name, kLive, pack(share));
}

void delete_share(WriteTxn& tx, const Share& share, const std::optional<Retention>& deleted) {
    tx.execute("DELETE FROM shares WHERE name = ?1 AND deleted_tick = ?2", share.name, kLive);
    if (!deleted) return tx.drain(WriteTxn::Drain::directory, share.id);
    Share kept = share;
    kept.deleted = deleted;
    kept.lease.reset();
    insert_at(tx, kept, tick_count(deleted->deleted));
    tx.expire_at(deleted->until, static_cast<int>(Expiry::shares), share.id, share.name);
}

std::optional<Share> find_deleted_share(ReadTxn& tx, std::string_view name, Instant deleted) {
    auto share = find_at(tx, name, tick_count(deleted));
    if (!share || !share->deleted || share->deleted->until <= tx.now()) return std::nullopt;
    return share;
}

void restore_share(WriteTxn& tx, const Share& share) {
    tx.execute("DELETE FROM shares WHERE name = ?1 AND deleted_tick = ?2", share.name, tick_count(share.deleted->deleted));
    Share live = share;
    live.deleted.reset();
    insert_at(tx, live, kLive);
}

void remove_over(WriteTxn& tx, std::string_view name, std::int64_t share_id) {
    std::vector<Share> over;
    {
        Cursor row = tx.query(
            "SELECT name, share_id, created, props, deleted_tick FROM shares "
            "WHERE name = ?1 AND share_id = ?2 AND deleted_tick < ?3",
            name, share_id, kLive);
        while (row.next()) over.push_back(read_share(row));
    }
    for (const Share& share : over) {
        if (share.deleted->until > tx.now()) continue;  // restored since, and deleted again
        tx.execute("DELETE FROM shares WHERE name = ?1 AND deleted_tick = ?2", name, tick_count(share.deleted->deleted));
        tx.drain(WriteTxn::Drain::directory, share.id);
    }
}

Usage usage_of(ReadTxn& tx, std::int64_t share_id) {
    Cursor row = tx.query("SELECT live, former FROM usage WHERE share_id = ?1", share_id);
    if (!row.next()) return {};
    return {static_cast<std::uint64_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
}

void change_usage(WriteTxn& tx, std::int64_t share_id, std::int64_t live, std::int64_t former) {
    if (live == 0 && former == 0) return;
    tx.execute("UPDATE usage SET live = live + ?2, former = former + ?3 WHERE share_id = ?1", share_id, live, former);
}

std::optional<ShareSnapshot> find_snapshot(ReadTxn& tx, std::int64_t share_id, Instant taken) {
    Cursor row = tx.query("SELECT tick, props FROM share_snapshots WHERE share_id = ?1 AND tick = ?2", share_id, tick_count(taken));
    if (!row.next()) return std::nullopt;
    return read_snapshot(row);
}

std::vector<ShareSnapshot> snapshots_of(ReadTxn& tx, std::int64_t share_id) {
    std::vector<ShareSnapshot> snapshots;
    Cursor row = tx.query("SELECT tick, props FROM share_snapshots WHERE share_id = ?1 ORDER BY tick", share_id);
    while (row.next()) snapshots.push_back(read_snapshot(row));
    return snapshots;
}

void insert_snapshot(WriteTxn& tx, Share& share, const ShareSnapshot& snapshot) {
    tx.execute("INSERT INTO share_snapshots(share_id, tick, props) VALUES(?1, ?2, ?3)", share.id, tick_count(snapshot.taken),
               pack(snapshot));
    share.last_snapshot = snapshot.taken;
    update_share(tx, share);
}

void update_snapshot(WriteTxn& tx, std::int64_t share_id, const ShareSnapshot& snapshot) {
    tx.execute("UPDATE share_snapshots SET props = ?3 WHERE share_id = ?1 AND tick = ?2", share_id, tick_count(snapshot.taken),
               pack(snapshot));
}

void remove_snapshot(WriteTxn& tx, Share& share, Instant taken) {
    tx.execute("DELETE FROM share_snapshots WHERE share_id = ?1 AND tick = ?2", share.id, tick_count(taken));
    FormerSweep sweep{.share_id = share.id, .before = Instant(), .behind = taken, .until = tx.next_tick()};
    {
        Cursor row = tx.query("SELECT max(tick) FROM share_snapshots WHERE share_id = ?1 AND tick < ?2", share.id, tick_count(taken));
        if (row.next() && !row.is_null(0)) sweep.before = instant_of(row.integer(0));
    }
    {
        Cursor row = tx.query("SELECT min(tick) FROM share_snapshots WHERE share_id = ?1 AND tick > ?2", share.id, tick_count(taken));
        if (row.next() && !row.is_null(0)) sweep.until = instant_of(row.integer(0));
    }
    sweep_soon(tx, sweep);
    if (share.last_snapshot != taken) return;
    share.last_snapshot = sweep.before;
    update_share(tx, share);
}

// The number is kLive: as a literal it lets SQLite take the index of live shares.
ShareCursor::ShareCursor(ReadTxn& tx, std::string_view first)
    : now_(tx.now()),
      cursor_(tx.query("SELECT name, share_id, created, props, deleted_tick FROM shares "
                       "WHERE deleted_tick = 9223372036854775807 AND name >= ?1 ORDER BY name",
                       first)) {
    static_assert(kLive == 9223372036854775807);
}

ShareCursor::ShareCursor(ReadTxn& tx, std::string_view first, Instant deleted)
    : now_(tx.now()),
      cursor_(tx.query("SELECT name, share_id, created, props, deleted_tick FROM shares "
                       "WHERE (name, deleted_tick) >= (?1, ?2) ORDER BY name, deleted_tick",
                       first, tick_count(deleted))) {}

std::optional<Share> ShareCursor::next() {
    while (cursor_.next()) {
        Share share = read_share(cursor_);
        if (!share.deleted || share.deleted->until > now_) return share;
    }
    return std::nullopt;
}

}  // namespace lazulite::file
