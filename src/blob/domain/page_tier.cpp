#include "blob/domain/page_tier.hpp"

namespace lazulite::blob {

std::uint64_t longest_of(PageTier tier) {
    constexpr std::uint64_t kGiB = 1ULL << 30;
    if (tier == PageTier::p50) return 4095 * kGiB;
    return 32 * kGiB << (static_cast<int>(tier) - static_cast<int>(PageTier::p4));
}

PageTier inferred_page_tier(std::uint64_t size) {
    for (const Named<PageTier>& tier : kPageTiers) {
        if (size <= longest_of(tier.value)) return tier.value;
    }
    return PageTier::p80;
}

Result<> check_page_tier(const std::optional<PageTier>& current, PageTier wanted, std::uint64_t size) {
    if (current && wanted < *current) return fail(ErrorCode::cannot_change_to_lower_tier);
    if (size > longest_of(wanted)) return fail(ErrorCode::blob_tier_inadequate_for_content_length);
    return {};
}

Result<> check_tier_limit(const std::optional<PageTier>& current, std::uint64_t size) {
    if (current && size > longest_of(*current)) return fail(ErrorCode::content_length_larger_than_tier_limit);
    return {};
}

}  // namespace lazulite::blob
