#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"

namespace lazulite::blob {

/// The tiers of block blobs. Reference: "Access tiers for blob data".
enum class AccessTier : std::uint8_t { hot = 1, cool = 2, cold = 3, archive = 4, smart = 5 };
inline constexpr auto kAccessTiers = std::to_array<Named<AccessTier>>({{AccessTier::hot, "Hot"},
                                                                      {AccessTier::cool, "Cool"},
                                                                      {AccessTier::cold, "Cold"},
                                                                      {AccessTier::archive, "Archive"},
                                                                      {AccessTier::smart, "Smart"}});
constexpr std::span<const Named<AccessTier>> names_of(AccessTier) { return kAccessTiers; }

enum class RehydratePriority : std::uint8_t { standard = 1, high = 2 };
inline constexpr auto kRehydratePriorities = std::to_array<Named<RehydratePriority>>(
    {{RehydratePriority::standard, "Standard"}, {RehydratePriority::high, "High"}});
constexpr std::span<const Named<RehydratePriority>> names_of(RehydratePriority) { return kRehydratePriorities; }

/// How long a blob takes to leave the archive: the longest the reference allows, so that a test sees it pending.
inline constexpr auto kStandardRehydration = std::chrono::hours(15);
inline constexpr auto kHighRehydration = std::chrono::hours(1);

/// A blob on its way out of the archive.
struct Rehydration {
    AccessTier to;
    RehydratePriority priority;
    Instant due;
    bool operator==(const Rehydration&) const = default;
};

/// The tier of a blob as stored. Rehydration ends by the clock, not by a write: look at it through `tier_at`.
struct Tier {
    std::optional<AccessTier> set;  ///< absent: never set, so that of the account counts
    Instant changed;                ///< since when, where it was set
    std::optional<Rehydration> rehydration;
    Instant accessed;  ///< of the smart tier: the last read or write that counted
    bool operator==(const Tier&) const = default;

    [[nodiscard]] bool archived() const { return set == AccessTier::archive; }
};

/// What `stored` has become by `now`: a rehydration that is due has happened.
[[nodiscard]] Tier tier_at(const Tier& stored, Instant now);

/// The tier of a blob that is made with `wanted` in place of one with tier `replaced` (as of now); without a wish a
/// blob keeps the tier of the one it replaces. Reference: "Access tiers for blob data", changing a blob's access tier.
[[nodiscard]] Tier tier_of_new(const std::optional<AccessTier>& wanted, const std::optional<Tier>& replaced,
                               Instant now);

/// Set Blob Tier on a blob whose tier is `current` as of now. Leaving the archive starts a rehydration; while one is
/// pending only its priority can be raised. Fails with blob_being_rehydrated. Reference: "Set Blob Tier".
[[nodiscard]] Result<Tier> set_tier(const Tier& current, AccessTier wanted, std::optional<RehydratePriority> priority,
                                    Instant now);

/// Content and metadata of an archived blob are offline. Fails with blob_archived or blob_being_rehydrated.
/// Reference: "Access tiers for blob data", archive access tier.
[[nodiscard]] Result<> check_online(const Tier& current);

/// Where the smart tier has moved a blob: Cool 30 days after it was last accessed, Cold after 90, and back to Hot at
/// the next access. Reference: "Optimize costs with smart tier".
[[nodiscard]] AccessTier smart_tier_at(Instant accessed, Instant now);
/// Whether reading a blob now has to be noted: its tier is smart, and no access was noted within a day.
[[nodiscard]] bool notes_access(const Tier& current, Instant now);

}  // namespace lazulite::blob
