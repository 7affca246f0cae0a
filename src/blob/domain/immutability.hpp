#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"

namespace lazulite::blob {

enum class PolicyMode : std::uint8_t { unlocked = 1, locked = 2 };
inline constexpr auto kPolicyModes =
    std::to_array<Named<PolicyMode>>({{PolicyMode::unlocked, "unlocked"}, {PolicyMode::locked, "locked"}});
constexpr std::span<const Named<PolicyMode>> names_of(PolicyMode) { return kPolicyModes; }

/// A time-based retention policy of one version of a blob, or of a snapshot.
struct ImmutabilityPolicy {
    Instant until;
    PolicyMode mode = PolicyMode::unlocked;
    bool operator==(const ImmutabilityPolicy&) const = default;
};

/// What keeps a blob from being changed. Reference: "Version-level WORM policies for immutable blob data".
struct Immutability {
    std::optional<ImmutabilityPolicy> policy;
    std::optional<bool> legal_hold;  ///< absent: it was never set
    bool operator==(const Immutability&) const = default;
};

/// Set Blob Immutability Policy with `mode`, or with the mode that it has. Fails with invalid_header_value for a date that
/// has passed, and with blob_immutable_due_to_policy where a locked policy would be anything but extended.
[[nodiscard]] Result<ImmutabilityPolicy> set_policy(const std::optional<ImmutabilityPolicy>& current, Instant until,
                                                    std::optional<PolicyMode> mode, Instant now);

/// Delete Blob Immutability Policy. Fails with immutability_policy_delete_on_locked_policy, also when its time has passed.
[[nodiscard]] Result<> check_policy_deletable(const std::optional<ImmutabilityPolicy>& current);

/// Whether a blob may go: none that is held, or whose policy is not over. Fails with blob_immutable_due_to_legal_hold or
/// blob_immutable_due_to_policy.
[[nodiscard]] Result<> check_deletable(const Immutability& immutability, Instant now);

/// Whether content and metadata of a blob may change where they stand: none that has a policy, also one that is over.
/// Fails as check_deletable does.
[[nodiscard]] Result<> check_changeable(const Immutability& immutability);

}  // namespace lazulite::blob
