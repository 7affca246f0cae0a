#pragma once

#include "wire/service_version.hpp"

// From which version on a client is offered or shown what. Reference: "Previous Azure Storage service versions", and
// the pages of the operations.

namespace lazulite::blob {

/// ETags in quotes, ranges without an end, `Accept-Ranges`.
inline constexpr ServiceVersion kQuotedEtags{2011, 8, 18};
inline constexpr ServiceVersion kOpenRanges{2011, 8, 18};
inline constexpr ServiceVersion kLeaseStates{2012, 2, 12};
inline constexpr ServiceVersion kCopies{2012, 2, 12};  ///< that may be pending, with ids; before, they were at once
/// Put Blob computes an MD5 that the client did not send; reads of a range show the one of the whole blob.
inline constexpr ServiceVersion kComputedMd5{2012, 2, 12};
inline constexpr ServiceVersion kStoredMd5OnRanges{2012, 2, 12};
inline constexpr ServiceVersion kContentDisposition{2013, 8, 15};
inline constexpr ServiceVersion kLeaseEtag{2013, 8, 15};
inline constexpr ServiceVersion kReadsHonourAllConditions{2013, 8, 15};
inline constexpr ServiceVersion kAppendBlobs{2015, 2, 21};
inline constexpr ServiceVersion kPageRangesDiff{2015, 7, 8};
inline constexpr ServiceVersion kServerEncrypted{2015, 12, 11};
inline constexpr ServiceVersion kIncrementalCopies{2016, 5, 31};
inline constexpr ServiceVersion kTiers{2017, 4, 17};
inline constexpr ServiceVersion kDeleteType{2017, 7, 29};
inline constexpr ServiceVersion kSoftDelete{2017, 7, 29};
inline constexpr ServiceVersion kCreationTime{2017, 11, 9};
inline constexpr ServiceVersion kTiersOnUploads{2018, 11, 9};
inline constexpr ServiceVersion kCrc64{2019, 2, 2};
inline constexpr ServiceVersion kCustomerKeys{2019, 2, 2};
inline constexpr ServiceVersion kEncryptionScopes{2019, 7, 7};
inline constexpr ServiceVersion kRehydratePriorityShown{2019, 2, 2};
inline constexpr ServiceVersion kPreviousSnapshotUrl{2019, 7, 7};
inline constexpr ServiceVersion kBlobTags{2019, 12, 12};
inline constexpr ServiceVersion kOrMetadata{2019, 12, 12};
inline constexpr ServiceVersion kBlobVersions{2019, 12, 12};
inline constexpr ServiceVersion kQueries{2019, 12, 12};
inline constexpr ServiceVersion kRestoredContainers{2019, 12, 12};
inline constexpr ServiceVersion kSealing{2019, 12, 12};
inline constexpr ServiceVersion kLastAccess{2020, 2, 10};
inline constexpr ServiceVersion kPermanentDelete{2020, 2, 10};
inline constexpr ServiceVersion kFoundTagSets{2020, 4, 8};  ///< Find Blobs by Tags shows sets of tags, not one value
inline constexpr ServiceVersion kImmutability{2020, 6, 12};
inline constexpr ServiceVersion kShowOnlyKnown{2020, 8, 4};
inline constexpr ServiceVersion kPathAccess{2020, 6, 12};   ///< owner, group and permissions of paths
inline constexpr ServiceVersion kPathExpiry{2020, 2, 10};
inline constexpr ServiceVersion kPathTypes{2020, 10, 2};    ///< file or directory
inline constexpr ServiceVersion kEncryptionContext{2021, 8, 6};
inline constexpr ServiceVersion kPathAcl{2023, 11, 3};      ///< access control lists among the headers of a blob
inline constexpr ServiceVersion kPagedPageRanges{2020, 10, 2};
inline constexpr ServiceVersion kEncodedNames{2021, 2, 12};
inline constexpr ServiceVersion kVersionsByHierarchy{2021, 12, 2};
inline constexpr ServiceVersion kColdTier{2021, 12, 2};
inline constexpr ServiceVersion kStartFrom{2023, 11, 3};  ///< SDKs offer it from 2026-02-06 on; see decisions/0005
inline constexpr ServiceVersion kCrc64OfPutBlob{2024, 8, 4};  ///< shown also where none was sent
inline constexpr ServiceVersion kTagConditions{2026, 2, 6};  ///< `x-ms-blob-if-*` of Get and Set Blob Tags
inline constexpr ServiceVersion kTierConditions{2026, 4, 6};  ///< `x-ms-access-tier-if-*` of Delete Blob
inline constexpr ServiceVersion kBothHashes{2026, 10, 6};  ///< writes that bring an MD5 are shown the CRC-64 too
inline constexpr ServiceVersion kSmartTier{2026, 6, 6};
inline constexpr ServiceVersion kEndBefore{2026, 10, 6};
inline constexpr ServiceVersion kTiersOnGet{2026, 10, 6};

}  // namespace lazulite::blob
