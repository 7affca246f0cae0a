#pragma once

#include <optional>

#include "blob/domain/page_tier.hpp"
#include "blob/domain/tier.hpp"
#include "service/exchange.hpp"

namespace lazulite::blob {

/// The tier of blobs whose tier was never set: a setting of the account.
[[nodiscard]] AccessTier default_tier(const Account& account);

/// Whether page blobs have tiers: premium accounts that are not for block blobs or files alone.
[[nodiscard]] bool has_page_tiers(const Account& account);

/// `x-ms-access-tier` where it names a tier of page blobs and the account has them.
[[nodiscard]] std::optional<PageTier> named_page_tier(const Exchange& x);

/// `x-ms-access-tier` of the request, in any letter case; nothing where it is absent. Fails with invalid_header_value
/// for a tier that the request's version does not know, access_tier_not_supported_for_blob_type for one of page blobs.
[[nodiscard]] Result<std::optional<AccessTier>> named_tier(const Exchange& x);

/// The same for uploads, which honour the header from version 2018-11-09 on.
[[nodiscard]] Result<std::optional<AccessTier>> tier_of_upload(const Exchange& x);

}  // namespace lazulite::blob
