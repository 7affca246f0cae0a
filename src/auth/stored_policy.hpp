#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace lazulite {

/// A stored access policy: what a container, queue, table or share lends to every service SAS that names it by `si`.
/// What a policy leaves open (no start, no expiry, no letters) the SAS gives.
/// Reference: "Define a stored access policy".
struct StoredPolicy {
    std::string id;  ///< 1 to 64 characters, unique within its resource
    std::optional<Instant> start;
    std::optional<Instant> expiry;
    std::string permission;  ///< letters in the order in which they were set; empty: left open

    bool operator==(const StoredPolicy&) const = default;
};

/// Of one resource, in the order in which they were set.
using StoredPolicies = std::vector<StoredPolicy>;
inline constexpr std::size_t kMostStoredPolicies = 5;
inline constexpr std::size_t kLongestPolicyId = 64;

/// The one of that id (compared byte by byte), or null.
[[nodiscard]] const StoredPolicy* find_policy(const StoredPolicies& policies, std::string_view id);

/// For the row store; no policies make an empty string.
[[nodiscard]] std::string pack_policies(const StoredPolicies& policies);
/// What `pack_policies` made.
[[nodiscard]] StoredPolicies unpack_policies(std::string_view packed);

}  // namespace lazulite
