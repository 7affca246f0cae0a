#pragma once

#include <chrono>
#include <optional>

#include "lease/lease.hpp"
#include "service/exchange.hpp"

namespace lazulite {

/// The values of x-ms-lease-action.
enum class LeaseAction : std::uint8_t { acquire, renew, change, release, break_ };
inline constexpr auto kLeaseActions = std::to_array<Named<LeaseAction>>({{LeaseAction::acquire, "acquire"},
                                                                        {LeaseAction::renew, "renew"},
                                                                        {LeaseAction::change, "change"},
                                                                        {LeaseAction::release, "release"},
                                                                        {LeaseAction::break_, "break"}});
constexpr std::span<const Named<LeaseAction>> names_of(LeaseAction) { return kLeaseActions; }

/// The step in the life of a lease that a request asks for. Reference: "Lease Blob", "Lease Container", "Lease File",
/// "Lease Share".
struct LeaseRequest {
    LeaseAction action;
    LeaseRules rules;
    LeaseId id;                                        ///< of renew, change and release
    LeaseId proposed;                                  ///< of acquire and change
    std::optional<std::chrono::seconds> duration;      ///< of acquire; nothing: infinite
    std::optional<std::chrono::seconds> break_period;  ///< of break

    /// The next state of the resource's lease; fails as the function of the same name in lease/lease.hpp.
    [[nodiscard]] Result<MaybeLease> step(const MaybeLease& current, Instant now) const;
};

/// Reads the headers of the action that the request's row stands for; what another action would need is not looked at.
/// Acquire makes up an id where none is proposed. Fails with missing_required_header or invalid_header_value.
[[nodiscard]] Result<LeaseRequest> decode_lease_request(const Exchange& x, LeaseRules rules);

/// Status, x-ms-lease-id and x-ms-lease-time of an answer to `request`, which made the lease what it is.
void add_lease(Response& response, const LeaseRequest& request, const MaybeLease& lease, Instant now);

/// An error about a lease with a message that calls the resource by its name ("blob", "container"), as the service does.
[[nodiscard]] StorageError lease_error(const StorageError& error, std::string_view resource);

}  // namespace lazulite
