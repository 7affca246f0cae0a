#include "blob/path_access.hpp"

#include <array>

namespace lazulite::blob {
namespace {

// Reference: "Access control lists (ACLs) in Azure Data Lake Storage", common scenarios. Those that work on containers, and
// what no page grants by lists (tags, immutability, undelete), need a role.
constexpr auto kPathAccess = std::to_array<AccessRow>({
    {"ListBlobs", lists_prefix},
    {"ListBlobsByHierarchy", lists_prefix},

    {"GetBlob", reads_path},
    {"GetBlobProperties", reads_path},
    {"GetBlobMetadata", reads_path},
    {"GetBlockList", reads_path},
    {"GetPageRanges", reads_path},
    {"GetPageRangesDiff", reads_path},
    {"QueryBlobContents", reads_path},

    {"PutBlob", writes_path},
    {"PutBlobFromURL", writes_path},
    {"PutPageBlob", writes_path},
    {"PutAppendBlob", writes_path},
    {"PutBlock", writes_path},
    {"PutBlockFromURL", writes_path},
    {"PutBlockList", writes_path},
    {"CopyBlob", writes_path},
    {"CopyBlobFromURL", writes_path},
    {"IncrementalCopyBlob", writes_path},

    {"AppendBlock", appends_to_path},
    {"AppendBlockFromURL", appends_to_path},
    {"SealAppendBlob", changes_path},
    {"SetBlobProperties", changes_path},
    {"SetBlobMetadata", changes_path},
    {"SetBlobExpiry", changes_path},
    {"SetBlobTier", changes_path},
    {"SnapshotBlob", changes_path},
    {"AbortCopyBlob", changes_path},
    {"AcquireBlobLease", changes_path},
    {"ReleaseBlobLease", changes_path},
    {"RenewBlobLease", changes_path},
    {"ChangeBlobLease", changes_path},
    {"BreakBlobLease", changes_path},
    {"PutPage", changes_path},
    {"ClearPage", changes_path},
    {"PutPageFromURL", changes_path},
    {"ResizePageBlob", changes_path},
    {"UpdateSequenceNumber", changes_path},

    {"DeleteBlob", deletes_path},
});

}  // namespace

std::span<const AccessRow> path_access() { return kPathAccess; }

}  // namespace lazulite::blob
