#include "blob/ops/tiers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

constexpr std::string_view kHeader = "x-ms-access-tier";

/// Reference: "Premium page blobs", tiers.
constexpr std::string_view kPageTierNames[] = {"P1",  "P2",  "P3",  "P4",  "P6",  "P10", "P15",
                                               "P20", "P30", "P40", "P50", "P60", "P70", "P80"};

bool known(AccessTier tier, ServiceVersion version) {
    switch (tier) {
        case AccessTier::cold: return version >= kColdTier;
        case AccessTier::smart: return version >= kSmartTier;
        case AccessTier::hot:
        case AccessTier::cool:
        case AccessTier::archive: return true;
    }
    return false;
}

}  // namespace

AccessTier default_tier(const Account& account) {
    return value_of<AccessTier>(account.settings.access_tier).value_or(AccessTier::hot);
}

bool has_page_tiers(const Account& account) {
    return account.settings.sku.starts_with("Premium") &&
           (account.settings.kind == "StorageV2" || account.settings.kind == "Storage");
}

std::optional<PageTier> named_page_tier(const Exchange& x) {
    if (!has_page_tiers(x.account)) return std::nullopt;
    const std::string_view text = x.request.fields.value_or_empty(kHeader);
    for (const Named<PageTier>& tier : names_of(PageTier{})) {
        if (equals_ignoring_case(tier.name, text)) return tier.value;
    }
    return std::nullopt;
}

Result<std::optional<AccessTier>> named_tier(const Exchange& x) {
    const auto text = x.request.fields.find(kHeader);
    if (!text || text->empty()) return std::nullopt;
    const auto same = [&](std::string_view name) { return equals_ignoring_case(name, *text); };
    for (const auto& tier : kAccessTiers) {
        if (same(tier.name) && known(tier.value, x.version)) return tier.value;
    }
    if (std::any_of(std::begin(kPageTierNames), std::end(kPageTierNames), same)) {
        return fail(ErrorCode::access_tier_not_supported_for_blob_type);
    }
    return fail(StorageError(ErrorCode::invalid_header_value).with("HeaderName", kHeader).with("HeaderValue", *text));
}

Result<std::optional<AccessTier>> tier_of_upload(const Exchange& x) {
    if (x.version < kTiersOnUploads) return std::nullopt;
    return named_tier(x);
}

}  // namespace lazulite::blob
