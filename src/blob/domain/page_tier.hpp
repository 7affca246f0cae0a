#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/names.hpp"
#include "base/result.hpp"

namespace lazulite::blob {

/// The tiers of page blobs in premium accounts, the least first. Reference: "High-performance premium page blobs".
enum class PageTier : std::uint8_t { p4 = 1, p6, p10, p15, p20, p30, p40, p50, p60, p70, p80 };
inline constexpr auto kPageTiers = std::to_array<Named<PageTier>>({{PageTier::p4, "P4"},
                                                                  {PageTier::p6, "P6"},
                                                                  {PageTier::p10, "P10"},
                                                                  {PageTier::p15, "P15"},
                                                                  {PageTier::p20, "P20"},
                                                                  {PageTier::p30, "P30"},
                                                                  {PageTier::p40, "P40"},
                                                                  {PageTier::p50, "P50"},
                                                                  {PageTier::p60, "P60"},
                                                                  {PageTier::p70, "P70"},
                                                                  {PageTier::p80, "P80"}});
constexpr std::span<const Named<PageTier>> names_of(PageTier) { return kPageTiers; }

/// The longest blob of a tier: 32 GiB of P4, twice as much of the next, and so on, but 4,095 GiB of P50.
[[nodiscard]] std::uint64_t longest_of(PageTier tier);

/// That of a blob whose tier was never set: the least that is large enough.
[[nodiscard]] PageTier inferred_page_tier(std::uint64_t size);

/// Whether the tier of a blob of `size` may be set so. Fails with cannot_change_to_lower_tier or
/// blob_tier_inadequate_for_content_length. Reference: "Set Blob Tier".
[[nodiscard]] Result<> check_page_tier(const std::optional<PageTier>& current, PageTier wanted, std::uint64_t size);

/// Whether a blob may become as long: content_length_larger_than_tier_limit.
[[nodiscard]] Result<> check_tier_limit(const std::optional<PageTier>& current, std::uint64_t size);

}  // namespace lazulite::blob
