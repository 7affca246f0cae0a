#include "file/domain/share.hpp"

#include <algorithm>

namespace lazulite::file {

std::int64_t recommended_iops(std::int64_t quota_gib) {
    constexpr std::int64_t kBase = 1000;
    constexpr std::int64_t kMost = 50'000;
    return std::clamp(kBase + (quota_gib + 4) / 5, kFewestIops, kMost);
}

std::int64_t recommended_bandwidth(std::int64_t quota_gib) {
    constexpr std::int64_t kMost = 5'120;
    return std::clamp(kLeastBandwidth + (quota_gib + 49) / 50, kLeastBandwidth, kMost);
}

std::int64_t burst_iops(std::int64_t iops) {
    constexpr std::int64_t kLeast = 5'000;
    constexpr std::int64_t kMost = 50'000;
    return std::max(iops, std::clamp(3 * iops, kLeast, kMost));
}

std::int64_t burst_credits(std::int64_t iops) {
    constexpr std::int64_t kSeconds = 3'600;
    return (burst_iops(iops) - iops) * kSeconds;
}

Result<> check_quota(std::int64_t quota_gib, std::uint64_t used, std::uint64_t more) {
    const std::uint64_t limit = static_cast<std::uint64_t>(quota_gib) * kGibibyte;
    if (more == 0 || (used <= limit && more <= limit - used)) return {};
    return fail(ErrorCode::share_size_limit_reached);
}

Result<> check_deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots, bool a_snapshot_is_leased) {
    if (!has_snapshots) return {};
    if (!asked) return fail(ErrorCode::share_has_snapshots);
    if (a_snapshot_is_leased && *asked != DeleteSnapshots::include_leased) {
        return fail(ErrorCode::delete_share_when_snapshot_leased);
    }
    return {};
}

}  // namespace lazulite::file
