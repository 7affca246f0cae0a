#include "lease_rules.hpp"

#include <algorithm>

namespace concurrency {

bool LeaseRules::step(State& state, std::size_t at, std::string_view what, const Asked& asked, const Came& came,
                      std::int64_t left) {
    const Phase is = phase(state, at);
    const bool mine = state[at + id] != 0 && state[at + id] == asked.lease;
    constexpr std::string_view kMismatch = "LeaseIdMismatchWithLeaseOperation";
    constexpr std::string_view kNotPresent = "LeaseNotPresentWithLeaseOperation";
    if (what == "acquire") {
        const bool same = state[at + id] == asked.proposed;
        if (is == Phase::leased && !same) return came.is(409, "LeaseAlreadyPresent");
        if (is == Phase::breaking)
            return came.is(409, same ? "LeaseIsBreakingAndCannotBeAcquired" : "LeaseAlreadyPresent");
        if (!came.is(201)) return false;
        begin(state, at, asked.proposed, asked.duration);
        return true;
    }
    if (what == "renew") {
        if (!mine) return came.is(409, kMismatch);
        if (is == Phase::breaking || is == Phase::broken) return came.is(409, "LeaseIsBrokenAndCannotBeRenewed");
        if (!came.is(200)) return false;
        begin(state, at, asked.lease, state[at + duration]);
        return true;
    }
    if (what == "change") {
        if (!locked(is)) return came.is(409, kNotPresent);
        if (!mine && state[at + id] != asked.proposed) return came.is(409, kMismatch);
        if (is == Phase::breaking) return came.is(409, "LeaseIsBreakingAndCannotBeChanged");
        if (!came.is(200)) return false;
        state[at + id] = asked.proposed;
        return true;
    }
    if (what == "release") {
        if (!mine) return came.is(409, kMismatch);
        if (!came.is(200)) return false;
        clear(state, at);
        return true;
    }
    // break
    if (is == Phase::available) return came.is(409, kNotPresent);
    if (!came.is(202)) return false;
    const bool endless = state[at + broken] == 0 && state[at + duration] == kInfinite;
    if (endless)
        state[at + until] = state[at + now] + std::max<std::int64_t>(asked.period, 0);
    else if (asked.period >= 0)
        state[at + until] = std::min(state[at + until], state[at + now] + asked.period);
    state[at + broken] = 1;
    const std::int64_t right = std::max<std::int64_t>(state[at + until] - state[at + now], 0);
    return !came.answered || (left <= right && left >= std::max<std::int64_t>(right - kStep / 2, 0));
}

std::string_view LeaseRules::refused(const State& state, std::size_t at, const Asked& asked, bool file) {
    const Phase is = phase(state, at);
    if (asked.lease == 0) return locked(is) ? "LeaseIdMissing" : "";
    const bool mine = state[at + id] == asked.lease;
    if (is == Phase::expired && mine) return "LeaseLost";
    if (!locked(is)) return file ? "LeaseNotPresentWithFileOperation" : "LeaseNotPresentWithBlobOperation";
    if (!mine) return file ? "LeaseIdMismatchWithFileOperation" : "LeaseIdMismatchWithBlobOperation";
    return "";
}

}  // namespace concurrency
