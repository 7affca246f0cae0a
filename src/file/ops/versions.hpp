#pragma once

#include "wire/service_version.hpp"

// From which version on a client is offered or shown what. Reference: "Previous Azure Storage service versions", and the
// pages of the operations.

namespace lazulite::file {

inline constexpr ServiceVersion kMetadataOnCreation{2015, 2, 21};
inline constexpr ServiceVersion kServerEncrypted{2017, 4, 17};
inline constexpr ServiceVersion kShareSnapshots{2017, 4, 17};
inline constexpr ServiceVersion kSmbProperties{2019, 2, 2};
inline constexpr ServiceVersion kFileLeases{2019, 2, 2};
inline constexpr ServiceVersion kCopySmbProperties{2019, 7, 7};
inline constexpr ServiceVersion kAccessTiers{2019, 12, 12};
inline constexpr ServiceVersion kDeletedShares{2019, 12, 12};
inline constexpr ServiceVersion kShareLeases{2020, 2, 10};
inline constexpr ServiceVersion kRangesDiff{2020, 2, 10};
inline constexpr ServiceVersion kProtocolsShown{2020, 2, 10};
inline constexpr ServiceVersion kExtendedInfo{2020, 4, 8};
inline constexpr ServiceVersion kChangeTimeListed{2020, 6, 12};
inline constexpr ServiceVersion kFileIdAlwaysListed{2020, 10, 2};
inline constexpr ServiceVersion kOptionalSmbProperties{2021, 6, 8};  ///< and the change time may be set
inline constexpr ServiceVersion kEncodedNames{2021, 12, 2};
inline constexpr ServiceVersion kTrailingDots{2022, 11, 2};
inline constexpr ServiceVersion kSnapshotDirectory{2024, 8, 4};
inline constexpr ServiceVersion kShareUsageOnDelete{2024, 11, 4};
inline constexpr ServiceVersion kBearerOnShares{2024, 11, 4};
inline constexpr ServiceVersion kPermissionFormat{2024, 11, 4};
inline constexpr ServiceVersion kPaidBursting{2024, 11, 4};
inline constexpr ServiceVersion kProvisioned{2025, 1, 5};
inline constexpr ServiceVersion kNfs{2025, 5, 5};
inline constexpr ServiceVersion kDataOnCreation{2026, 6, 6};
inline constexpr ServiceVersion kPagedRanges{2026, 10, 6};

}  // namespace lazulite::file
