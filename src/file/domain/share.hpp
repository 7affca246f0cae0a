#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"
#include "file/domain/names.hpp"

// The rules of shares. Reference: "Create Share", "Set Share Properties", "Delete Share", "Snapshot Share".

namespace lazulite::file {

/// x-ms-enabled-protocols.
enum class Protocol : std::uint8_t { smb = 0, nfs = 1 };
inline constexpr auto kProtocols = std::to_array<Named<Protocol>>({{Protocol::smb, "SMB"}, {Protocol::nfs, "NFS"}});
constexpr std::span<const Named<Protocol>> names_of(Protocol) { return kProtocols; }
[[nodiscard]] constexpr Casing casing_of(Protocol protocol) {
    return protocol == Protocol::nfs ? Casing::kept : Casing::ignored;
}

/// x-ms-root-squash, of NFS shares.
enum class RootSquash : std::uint8_t { none = 0, root = 1, all = 2 };
inline constexpr auto kRootSquashes = std::to_array<Named<RootSquash>>(
    {{RootSquash::none, "NoRootSquash"}, {RootSquash::root, "RootSquash"}, {RootSquash::all, "AllSquash"}});
constexpr std::span<const Named<RootSquash>> names_of(RootSquash) { return kRootSquashes; }

/// x-ms-access-tier.
enum class ShareTier : std::uint8_t { transaction_optimized = 0, hot = 1, cool = 2, premium = 3 };
inline constexpr auto kShareTiers = std::to_array<Named<ShareTier>>({{ShareTier::transaction_optimized, "TransactionOptimized"},
                                                                    {ShareTier::hot, "Hot"},
                                                                    {ShareTier::cool, "Cool"},
                                                                    {ShareTier::premium, "Premium"}});
constexpr std::span<const Named<ShareTier>> names_of(ShareTier) { return kShareTiers; }

/// x-ms-delete-snapshots.
enum class DeleteSnapshots : std::uint8_t { include, include_leased };
inline constexpr auto kDeleteSnapshots = std::to_array<Named<DeleteSnapshots>>(
    {{DeleteSnapshots::include, "include"}, {DeleteSnapshots::include_leased, "include-leased"}});
constexpr std::span<const Named<DeleteSnapshots>> names_of(DeleteSnapshots) { return kDeleteSnapshots; }

inline constexpr std::size_t kMostShareSnapshots = 200;
inline constexpr std::uint64_t kLargestFile = 4ULL << 40;
inline constexpr std::uint64_t kGibibyte = 1ULL << 30;
inline constexpr std::int64_t kLargestQuota = 102'400;       ///< GiB
inline constexpr std::int64_t kDefaultQuota = kLargestQuota;  ///< of an account with large file shares, as new ones are

/// What a share of the provisioned v2 model is given, of which nothing is slower or faster here. Source: "Understand Azure Files
/// billing", provisioned v2, the values of HDD; SDKs name the limits.
struct Provisioned {
    std::int64_t iops = 0;
    std::int64_t bandwidth_mibps = 0;
    // When each was raised last: it may be lowered a day later.
    Instant quota_raised;
    Instant iops_raised;
    Instant bandwidth_raised;
    bool operator==(const Provisioned&) const = default;
};
inline constexpr std::int64_t kFewestIops = 500;
inline constexpr std::int64_t kMostIops = 102'400;
inline constexpr std::int64_t kLeastBandwidth = 60;  ///< MiB a second
inline constexpr std::int64_t kMostBandwidth = 10'340;
inline constexpr auto kBeforeDowngrade = std::chrono::hours(24);
/// What a share of that size is given where it says nothing.
[[nodiscard]] std::int64_t recommended_iops(std::int64_t quota_gib);
[[nodiscard]] std::int64_t recommended_bandwidth(std::int64_t quota_gib);
/// How many it may have for a while, and for how many such operations beyond its own it can save.
[[nodiscard]] std::int64_t burst_iops(std::int64_t iops);
[[nodiscard]] std::int64_t burst_credits(std::int64_t iops);

/// Paid bursting, of the provisioned v1 model.
struct PaidBursting {
    std::int64_t max_iops = kMostIops;
    std::int64_t max_bandwidth_mibps = kMostBandwidth;
    bool operator==(const PaidBursting&) const = default;
};

/// A share that holds `used` bytes may come to hold `more` than that. Fails with share_size_limit_reached.
[[nodiscard]] Result<> check_quota(std::int64_t quota_gib, std::uint64_t used, std::uint64_t more);

/// Whether a share with these snapshots may be deleted. Fails with share_has_snapshots or delete_share_when_snapshot_leased.
[[nodiscard]] Result<> check_deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots, bool a_snapshot_is_leased);

}  // namespace lazulite::file
