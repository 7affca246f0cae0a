#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/names.hpp"
#include "base/result.hpp"

// The rules of page blobs. Reference: "Understanding block blobs, append blobs, and page blobs", "Put Page",
// "Set Blob Properties".

namespace lazulite::blob {

inline constexpr std::uint64_t kPageBytes = 512;
inline constexpr std::uint64_t kLargestPageBlob = 8ULL << 40;
inline constexpr std::uint64_t kLargestSequenceNumber = (1ULL << 63) - 1;

[[nodiscard]] constexpr bool whole_pages(std::uint64_t bytes) { return bytes % kPageBytes == 0; }

/// x-ms-if-sequence-number-le, -lt, -eq; each that is given must hold.
struct SequenceConditions {
    std::optional<std::uint64_t> at_most;
    std::optional<std::uint64_t> below;
    std::optional<std::uint64_t> equal;
};
/// Fails with sequence_number_condition_not_met.
[[nodiscard]] Result<> check_sequence(const SequenceConditions& when, std::uint64_t current);

enum class SequenceAction : std::uint8_t { max, update, increment };
inline constexpr auto kSequenceActions = std::to_array<Named<SequenceAction>>(
    {{SequenceAction::max, "max"}, {SequenceAction::update, "update"}, {SequenceAction::increment, "increment"}});
constexpr std::span<const Named<SequenceAction>> names_of(SequenceAction) { return kSequenceActions; }

/// What `current` becomes; `given` is there for max and update alone. Fails with sequence_number_increment_too_large.
[[nodiscard]] Result<std::uint64_t> next_sequence_number(SequenceAction action, std::uint64_t given,
                                                         std::uint64_t current);

}  // namespace lazulite::blob
