#pragma once

#include "base/etag.hpp"
#include "file/ops/common.hpp"
#include "file/ops/versions.hpp"
#include "service/accounts.hpp"
#include "service/shown_lease.hpp"

namespace lazulite::file {

/// What Create Share and Set Share Properties give a share.
struct ShareValues {
    std::optional<std::int64_t> quota_gib;
    std::optional<ShareTier> tier;
    std::optional<RootSquash> root_squash;
    std::optional<bool> snapshot_directory;
    std::optional<std::int64_t> iops;
    std::optional<std::int64_t> bandwidth_mibps;
    std::optional<bool> paid_bursting;
    std::optional<std::int64_t> burst_iops;
    std::optional<std::int64_t> burst_bandwidth_mibps;
};
template <class Codec>
void describe(Codec& c, ShareValues& m) {
    c.header("x-ms-share-quota", m.quota_gib);
    c.header("x-ms-access-tier", m.tier);
    c.header("x-ms-root-squash", m.root_squash);
    c.header("x-ms-enable-snapshot-virtual-directory-access", m.snapshot_directory);
    c.header("x-ms-share-provisioned-iops", m.iops);
    c.header("x-ms-share-provisioned-bandwidth-mibps", m.bandwidth_mibps);
    c.header("x-ms-share-paid-bursting-enabled", m.paid_bursting);
    c.header("x-ms-share-paid-bursting-max-iops", m.burst_iops);
    c.header("x-ms-share-paid-bursting-max-bandwidth-mibps", m.burst_bandwidth_mibps);
}
/// What of them that version does not know is as if it were not given.
[[nodiscard]] ShareValues known_values(ShareValues values, ServiceVersion version);
/// Whether a share that is `before` may be given them. Fails with invalid_header_value for a quota outside 1 to 102,400 GiB, a
/// tier that accounts of this kind do not have, what is of NFS shares on others, what is provisioned or paid for outside of
/// the limits, and both of these at once.
[[nodiscard]] Result<> check_values(const ShareValues& values, const ShareProperties& before);
void set_values(const ShareValues& values, Instant now, ShareProperties& properties);
/// The quota and what else is provisioned, as the answers of Create Share, Set Share Properties and Restore Share say it too.
void add_provisioned(Response& response, const ShareProperties& properties, ServiceVersion version);

/// The version of a deleted share: the time of its deletion in 16 hexadecimal digits, as the service writes it.
[[nodiscard]] std::string share_version(Instant deleted);
[[nodiscard]] std::optional<Instant> parse_share_version(std::string_view text);

/// A share, or a snapshot of it, as a client of that version is shown it.
struct ShownShare {
    const ShareProperties& properties;
    const MaybeLease& lease;
    std::optional<Retention> deleted;
    ServiceVersion version;
    Instant now;
};

/// What a share of the provisioned v2 model has.
struct ShownProvisioned {
    const ShareProperties& properties;
};
template <class Codec>
void describe(Codec& c, const ShownProvisioned& shown) {
    const Provisioned& provisioned = *shown.properties.provisioned;
    c.property("x-ms-share-provisioned-iops", "ProvisionedIops", provisioned.iops);
    c.property("x-ms-share-provisioned-bandwidth-mibps", "ProvisionedBandwidthMiBps", provisioned.bandwidth_mibps);
    c.property("x-ms-share-included-burst-iops", "IncludedBurstIops", burst_iops(provisioned.iops));
    c.property("x-ms-share-max-burst-credits-for-iops", "MaxBurstCreditsForIops", burst_credits(provisioned.iops));
    c.property("x-ms-share-next-allowed-quota-downgrade-time", "NextAllowedQuotaDowngradeTime",
               provisioned.quota_raised + kBeforeDowngrade);
    c.property("x-ms-share-next-allowed-provisioned-iops-downgrade-time", "NextAllowedProvisionedIopsDowngradeTime",
               provisioned.iops_raised + kBeforeDowngrade);
    c.property("x-ms-share-next-allowed-provisioned-bandwidth-downgrade-time", "NextAllowedProvisionedBandwidthDowngradeTime",
               provisioned.bandwidth_raised + kBeforeDowngrade);
}

/// A share's properties, as headers of Get Share Properties and as elements of List Shares, in the order of the latter.
template <class Codec>
void describe(Codec& c, const ShownShare& shown) {
    const ShareProperties& share = shown.properties;
    c.property("Last-Modified", "Last-Modified", share.tick);
    c.header("ETag", Etag{share.tick, true});
    c.element("Etag", Etag{share.tick, true});
    c.property("x-ms-share-quota", "Quota", share.quota_gib);
    if (shown.deleted) {
        c.element("DeletedTime", shown.deleted->deleted);
        c.element("RemainingRetentionDays", remaining_days(*shown.deleted, shown.now));
    }
    if (shown.version >= kAccessTiers) {
        c.property("x-ms-access-tier", "AccessTier", share.tier);
        c.property("x-ms-access-tier-change-time", "AccessTierChangeTime", share.tier_changed);
    }
    if (shown.version >= kShareLeases && !shown.deleted) c.include(ShownLease{shown.lease, true, shown.now});
    if (shown.version >= kProtocolsShown) {
        c.property("x-ms-enabled-protocols", "EnabledProtocols", share.protocol);
        c.property("x-ms-root-squash", "RootSquash", share.root_squash);
    }
    if (shown.version >= kSnapshotDirectory) {
        c.property("x-ms-enable-snapshot-virtual-directory-access", "EnableSnapshotVirtualDirectoryAccess",
                   share.snapshot_directory);
    }
    if (share.paid_bursting && shown.version >= kPaidBursting) {
        c.property("x-ms-share-paid-bursting-enabled", "PaidBurstingEnabled", true);
        c.property("x-ms-share-paid-bursting-max-iops", "PaidBurstingMaxIops", share.paid_bursting->max_iops);
        c.property("x-ms-share-paid-bursting-max-bandwidth-mibps", "PaidBurstingMaxBandwidthMibps",
                   share.paid_bursting->max_bandwidth_mibps);
    }
    if (share.provisioned && shown.version >= kProvisioned) c.include(ShownProvisioned{share});
}

}  // namespace lazulite::file
