#include "lease/lease.hpp"

#include <algorithm>

namespace lazulite {
namespace {

using std::chrono::seconds;

bool has_id(const MaybeLease& lease, const LeaseId& id) { return lease && lease->id == id; }

bool released(const MaybeLease& lease) { return lease && lease->ended == Lease::Ended::released; }

Lease new_lease(const LeaseId& id, std::optional<seconds> duration, Instant now) {
    return {id, duration, duration ? now + *duration : Instant(), Lease::Ended::no};
}

struct LeaseTag {
    enum : std::uint8_t { id, duration, until, ended };
};

}  // namespace

LeaseState state_at(const MaybeLease& lease, Instant now) {
    if (!lease) return LeaseState::available;
    switch (lease->ended) {
        case Lease::Ended::released: return LeaseState::available;
        case Lease::Ended::broken: return now < lease->until ? LeaseState::breaking : LeaseState::broken;
        case Lease::Ended::no: break;
    }
    return !lease->duration || now < lease->until ? LeaseState::leased : LeaseState::expired;
}

bool locked(LeaseState state) { return state == LeaseState::leased || state == LeaseState::breaking; }

MaybeLease unless_modified(const MaybeLease& lease, Instant modified) {
    if (!lease) return std::nullopt;
    const bool ends = lease->duration || lease->ended != Lease::Ended::no;
    if (ends && modified > lease->until) return std::nullopt;
    return lease;
}

Result<Lease> acquire(const MaybeLease& current, const LeaseId& id, std::optional<seconds> duration, Instant now) {
    switch (state_at(current, now)) {
        case LeaseState::leased:
            if (!has_id(current, id)) return fail(ErrorCode::lease_already_present);
            break;
        case LeaseState::breaking:
            return fail(has_id(current, id) ? ErrorCode::lease_is_breaking_and_cannot_be_acquired
                                            : ErrorCode::lease_already_present);
        case LeaseState::available:
        case LeaseState::expired:
        case LeaseState::broken: break;
    }
    return new_lease(id, duration, now);
}

Result<Lease> renew(const MaybeLease& current, const LeaseId& id, LeaseRules rules, Instant now) {
    const bool forgotten = released(current) && rules == LeaseRules::current;
    if (!has_id(current, id) || forgotten) return fail(ErrorCode::lease_id_mismatch_with_lease_operation);
    if (current->ended == Lease::Ended::broken) return fail(ErrorCode::lease_is_broken_and_cannot_be_renewed);
    return new_lease(id, current->duration, now);
}

Result<Lease> change(const MaybeLease& current, const LeaseId& from, const LeaseId& to, Instant now) {
    const LeaseState state = state_at(current, now);
    if (!locked(state)) return fail(ErrorCode::lease_not_present_with_lease_operation);
    if (!has_id(current, from) && !has_id(current, to)) return fail(ErrorCode::lease_id_mismatch_with_lease_operation);
    if (state == LeaseState::breaking) return fail(ErrorCode::lease_is_breaking_and_cannot_be_changed);
    Lease changed = *current;
    changed.id = to;
    return changed;
}

Result<MaybeLease> release(const MaybeLease& current, const LeaseId& id, LeaseRules rules, Instant now) {
    if (!has_id(current, id) || released(current)) return fail(ErrorCode::lease_id_mismatch_with_lease_operation);
    if (rules == LeaseRules::current) return std::nullopt;
    Lease remembered = *current;
    remembered.until = now;
    remembered.ended = Lease::Ended::released;
    return remembered;
}

Result<Lease> break_lease(const MaybeLease& current, std::optional<seconds> period, LeaseRules rules, Instant now) {
    const bool old = rules == LeaseRules::before_2012_02_12;
    if (!current || (released(current) && !old)) return fail(ErrorCode::lease_not_present_with_lease_operation);
    if (current->ended == Lease::Ended::broken && old) return fail(ErrorCode::lease_already_broken);
    const bool ends = current->duration || current->ended != Lease::Ended::no;
    Lease broken = *current;
    broken.ended = Lease::Ended::broken;
    if (!ends) {
        broken.until = now + period.value_or(seconds(0));
    } else if (period) {
        broken.until = std::min(current->until, now + *period);
    }
    return broken;
}

seconds break_time_left(const Lease& broken, Instant now) {
    return std::max(std::chrono::ceil<seconds>(broken.until - now), seconds(0));
}

Result<> check_use(LeaseUse use, const MaybeLease& current, const std::optional<LeaseId>& given,
                   const LeaseErrors& errors, Instant now) {
    const LeaseState state = state_at(current, now);
    if (!given) {
        if (use == LeaseUse::write && locked(state)) return fail(ErrorCode::lease_id_missing);
        return {};
    }
    if (state == LeaseState::expired && has_id(current, *given)) return fail(ErrorCode::lease_lost);
    if (!locked(state)) return fail(errors.not_present);
    if (!has_id(current, *given)) return fail(errors.mismatch);
    return {};
}

void pack_lease(PackedWriter& props, std::uint8_t first, const MaybeLease& lease) {
    if (!lease) return;
    const auto tag = [first](int part) { return static_cast<std::uint8_t>(first + part); };
    props.put(tag(LeaseTag::id), {reinterpret_cast<const char*>(lease->id.bytes.data()), lease->id.bytes.size()});
    if (lease->duration) {
        props.put_integer(tag(LeaseTag::duration), static_cast<std::uint64_t>(lease->duration->count()));
    }
    props.put_integer(tag(LeaseTag::until), static_cast<std::uint64_t>(tick_count(lease->until)));
    props.put_integer(tag(LeaseTag::ended), static_cast<std::uint64_t>(lease->ended));
}

void unpack_lease(const PackedReader::Entry& entry, std::uint8_t first, MaybeLease& lease) {
    if (entry.tag < first || entry.tag > first + LeaseTag::ended) return;
    if (!lease) lease.emplace();
    switch (entry.tag - first) {
        case LeaseTag::id:
            std::copy_n(entry.value.begin(), std::min(entry.value.size(), lease->id.bytes.size()),
                        lease->id.bytes.begin());
            break;
        case LeaseTag::duration: lease->duration = seconds(entry.integer()); break;
        case LeaseTag::until: lease->until = instant_of(static_cast<std::int64_t>(entry.integer())); break;
        case LeaseTag::ended: lease->ended = static_cast<Lease::Ended>(entry.integer()); break;
        default: break;
    }
}

}  // namespace lazulite
