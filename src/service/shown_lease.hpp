#pragma once

#include "lease/lease.hpp"

namespace lazulite {

/// The lease of a blob, container, file or share as a client is shown it.
struct ShownLease {
    const MaybeLease& lease;
    bool states;  ///< the version knows more than locked and unlocked
    Instant now;
};

template <class Codec>
void describe(Codec& c, const ShownLease& shown) {
    const LeaseState state = state_at(shown.lease, shown.now);
    c.property("x-ms-lease-status", "LeaseStatus", std::string_view(locked(state) ? "locked" : "unlocked"));
    if (!shown.states) return;
    c.property("x-ms-lease-state", "LeaseState", state);
    if (state != LeaseState::leased) return;
    c.property("x-ms-lease-duration", "LeaseDuration", std::string_view(shown.lease->duration ? "fixed" : "infinite"));
}

}  // namespace lazulite
