#include "blob/domain/tier.hpp"

#include <algorithm>

namespace lazulite::blob {
namespace {

using std::chrono::hours;

Ticks duration_of(RehydratePriority priority) {
    return priority == RehydratePriority::high ? Ticks(kHighRehydration) : Ticks(kStandardRehydration);
}

}  // namespace

Tier tier_at(const Tier& stored, Instant now) {
    if (!stored.rehydration || stored.rehydration->due > now) return stored;
    return {stored.rehydration->to, stored.rehydration->due, std::nullopt, stored.rehydration->due};
}

Tier tier_of_new(const std::optional<AccessTier>& wanted, const std::optional<Tier>& replaced, Instant now) {
    Tier tier = replaced.value_or(Tier{});
    if (wanted && wanted != tier.set) tier = {wanted, now, std::nullopt, {}};
    tier.accessed = tier.set == AccessTier::smart ? now : Instant{};
    return tier;
}

Result<Tier> set_tier(const Tier& current, AccessTier wanted, std::optional<RehydratePriority> priority, Instant now) {
    if (current.rehydration) {
        Rehydration pending = *current.rehydration;
        if (wanted != pending.to) return fail(ErrorCode::blob_being_rehydrated);
        if (priority && *priority < pending.priority) return fail(ErrorCode::blob_being_rehydrated);
        if (priority && *priority > pending.priority) {
            pending = {wanted, *priority, std::min(pending.due, now + duration_of(*priority))};
        }
        Tier raised = current;
        raised.rehydration = pending;
        return raised;
    }
    if (current.set == wanted) return current;
    if (current.archived()) {
        const RehydratePriority how = priority.value_or(RehydratePriority::standard);
        Tier leaving = current;
        leaving.rehydration = Rehydration{wanted, how, now + duration_of(how)};
        return leaving;
    }
    return tier_of_new(wanted, current, now);
}

Result<> check_online(const Tier& current) {
    if (current.rehydration) return fail(ErrorCode::blob_being_rehydrated);
    if (current.archived()) return fail(ErrorCode::blob_archived);
    return {};
}

AccessTier smart_tier_at(Instant accessed, Instant now) {
    const auto idle = now - accessed;
    if (idle >= hours(90 * 24)) return AccessTier::cold;
    if (idle >= hours(30 * 24)) return AccessTier::cool;
    return AccessTier::hot;
}

bool notes_access(const Tier& current, Instant now) {
    return current.set == AccessTier::smart && now - current.accessed >= hours(24);
}

}  // namespace lazulite::blob
