#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/packed.hpp"
#include "base/result.hpp"
#include "lease/lease_id.hpp"

// The life of a lease, of whatever resource: blobs and containers, files and shares. Values in and out; the caller loads
// the lease of a resource (none: it was never leased, or released), takes a step and saves the result. `now` is account
// time. Reference: "Lease Blob", "Outcomes of lease operations on blobs by lease state", and the pages of the others.

namespace lazulite {

enum class LeaseState : std::uint8_t { available, leased, expired, breaking, broken };
inline constexpr auto kLeaseStateNames = std::to_array<Named<LeaseState>>({{LeaseState::available, "available"},
                                                                          {LeaseState::leased, "leased"},
                                                                          {LeaseState::expired, "expired"},
                                                                          {LeaseState::breaking, "breaking"},
                                                                          {LeaseState::broken, "broken"}});
constexpr std::span<const Named<LeaseState>> names_of(LeaseState) { return kLeaseStateNames; }

/// A lease as stored. Time alone ends it, without a write: look at it through `state_at`.
struct Lease {
    enum class Ended : std::uint8_t { no, broken, released };

    LeaseId id;
    std::optional<std::chrono::seconds> duration;  ///< nothing: infinite
    Instant until;  ///< when it expires, unless it is infinite; once it was broken, when its break period is over
    Ended ended = Ended::no;
    bool operator==(const Lease&) const = default;
};
using MaybeLease = std::optional<Lease>;

[[nodiscard]] LeaseState state_at(const MaybeLease& lease, Instant now);
/// Whether writers have to name the lease: it is leased or breaking.
[[nodiscard]] bool locked(LeaseState state);
/// What is left of the lease of a resource that was `modified` last then: the id of a lease that is over is kept only
/// until the resource is modified.
[[nodiscard]] MaybeLease unless_modified(const MaybeLease& lease, Instant modified);

/// Before version 2012-02-12 a released lease could still be renewed and broken, and a broken one was not broken again.
enum class LeaseRules : std::uint8_t { before_2012_02_12, current };

/// A new lease, or the one that is held with another duration. Fails with lease_already_present or
/// lease_is_breaking_and_cannot_be_acquired.
[[nodiscard]] Result<Lease> acquire(const MaybeLease& current, const LeaseId& id,
                                    std::optional<std::chrono::seconds> duration, Instant now);
/// Its time begins anew, also when it had expired. Fails with lease_id_mismatch_with_lease_operation or
/// lease_is_broken_and_cannot_be_renewed.
[[nodiscard]] Result<Lease> renew(const MaybeLease& current, const LeaseId& id, LeaseRules rules, Instant now);
/// From the id `from` to `to`; done already is done too. Fails with lease_not_present_with_lease_operation,
/// lease_id_mismatch_with_lease_operation or lease_is_breaking_and_cannot_be_changed.
[[nodiscard]] Result<Lease> change(const MaybeLease& current, const LeaseId& from, const LeaseId& to, Instant now);
/// Fails with lease_id_mismatch_with_lease_operation.
[[nodiscard]] Result<MaybeLease> release(const MaybeLease& current, const LeaseId& id, LeaseRules rules, Instant now);
/// Ends after `period`, or when it would have ended anyway where that is sooner; without a period an infinite lease ends
/// at once. Fails with lease_not_present_with_lease_operation or, by the old rules, lease_already_broken.
[[nodiscard]] Result<Lease> break_lease(const MaybeLease& current, std::optional<std::chrono::seconds> period,
                                        LeaseRules rules, Instant now);
/// Until a broken lease is over; 0 when it is. Rounded up: whoever waits that long finds it over.
[[nodiscard]] std::chrono::seconds break_time_left(const Lease& broken, Instant now);

/// What an operation does to the resource: a write has to name the lease that is in force, a read may.
enum class LeaseUse : std::uint8_t { read, write };
/// What the errors are called that differ from resource to resource.
struct LeaseErrors {
    ErrorCode not_present;
    ErrorCode mismatch;
};
/// Fails with lease_id_missing, lease_lost (the id of a lease that has expired), or one of `errors`.
[[nodiscard]] Result<> check_use(LeaseUse use, const MaybeLease& current, const std::optional<LeaseId>& given,
                                 const LeaseErrors& errors, Instant now);

// As it stands in the packed properties of a row, with four tags from `first` on.
void pack_lease(PackedWriter& props, std::uint8_t first, const MaybeLease& lease);
/// Takes an entry that belongs to a lease; leaves others alone.
void unpack_lease(const PackedReader::Entry& entry, std::uint8_t first, MaybeLease& lease);

}  // namespace lazulite
