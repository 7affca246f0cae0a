#include "blob/operations.hpp"

#include "blob/not_honoured.hpp"
#include "blob/ops/operations.hpp"
#include "blob/path_access.hpp"
#include "blob/rows/containers.hpp"
#include "service/service_operations.hpp"
#include "service/user_delegation_key.hpp"

namespace lazulite::blob {
namespace {

// The level of a resource (`srt`) and the letters of which one is enough, as "Create an account SAS" lists them, and
// the reach from which on a service SAS does too ("Create a service SAS").
constexpr auto kService = ResourceType::service;
constexpr auto kContainer = ResourceType::container;
constexpr auto kObject = ResourceType::object;
constexpr auto kAnyLetters = Needs::ByAccountSas::any;
constexpr Needs kAccountInformation{.by_account_sas = kAnyLetters,
                                    .letters = Letters("r"),
                                    .service_sas = Reach::object,
                                    .writes = false,
                                    .role = by_role(Action::service_info)};
constexpr Needs kBatch{
    .by_account_sas = kAnyLetters, .service_sas = Reach::container, .role = by_role(Action::container_write)};
constexpr Needs kReadBlob = reads(kObject, "r", Needs::Public::blob);
constexpr Needs kReadContainer = reads(kContainer, "r", Needs::Public::container);
constexpr Needs kListBlobs = from(Reach::directory, reads(kContainer, "l", Needs::Public::container));
constexpr Needs kFindInContainer = from(Reach::container, reads(kContainer, "f"));
constexpr Needs kWriteContainer = writes(kContainer, "w");
constexpr Needs kCreateBlob = writes(kObject, "cw");
constexpr Needs kWriteBlob = writes(kObject, "w");
constexpr Needs kAppendBlob = writes(kObject, "aw");
constexpr Needs kDeleteBlob = writes(kObject, "d");
constexpr Needs kReadTags = reads(kObject, "t");
constexpr Needs kWriteTags = writes(kObject, "t");
constexpr Needs kProtectBlob = writes(kObject, "i");
// Where roles go another way than the letters of a SAS.
constexpr Needs kHoldBlob = with_role(Action::container_write, kProtectBlob);
constexpr Needs kUndeleteBlob = with_role(Action::container_write, kWriteBlob);

constexpr auto kAtService = Scope::service;
constexpr auto kAtContainer = Scope::container;
constexpr auto kAtBlob = Scope::blob;
constexpr auto kGet = Method::get;
constexpr auto kHead = Method::head;
constexpr auto kPut = Method::put;
constexpr auto kPost = Method::post;
constexpr auto kDelete = Method::delete_;

constexpr Match::HeaderIs blob_type(std::string_view type) { return {"x-ms-blob-type", type}; }
constexpr Match::HeaderIs lease(std::string_view action) { return {"x-ms-lease-action", action}; }
constexpr Match::HeaderIs page_write(std::string_view kind) { return {"x-ms-page-write", kind}; }
constexpr Match::HeaderIs kFromUrl{"x-ms-copy-source", ""};

// Every operation of the Blob service. A row without a function is not offered yet and answers 501.
// name                            operation id of the reference's OpenAPI document
//   method, also HEAD, scope, told apart by, needs, run
constexpr auto kOperations = std::to_array<Operation>({
    {"ListContainers", "Service_ListContainersSegment",
     kGet, false, kAtService, {.comp = "list"}, reads(kService, "l"), list_containers},
    {"SetBlobServiceProperties", "Service_SetProperties",
     kPut, false, kAtService, {.restype = "service", .comp = "properties"}, writes(kService, "w"),
     set_blob_service_properties},
    {"GetBlobServiceProperties", "Service_GetProperties",
     kGet, false, kAtService, {.restype = "service", .comp = "properties"}, reads(kService, "r"),
     get_service_properties},
    {"GetBlobServiceStats", "Service_GetStatistics",
     kGet, false, kAtService, {.restype = "service", .comp = "stats"}, reads(kService, "r"), get_service_stats},
    {"GetUserDelegationKey", "Service_GetUserDelegationKey",
     kPost, false, kAtService, {.restype = "service", .comp = "userdelegationkey"}, kUserDelegationKey,
     get_user_delegation_key},
    {"GetAccountInformation", "Service_GetAccountInfo",
     kGet, true, kAtService, {.restype = "account", .comp = "properties"}, kAccountInformation,
     get_account_information},
    {"BlobBatch", "Service_SubmitBatch",
     kPost, false, kAtService, {.comp = "batch"}, kBatch, blob_batch},
    {"BlobBatchWithRestype", "",  // as the JavaScript SDK takes an account in the path for a container
     kPost, false, kAtService, {.restype = "container", .comp = "batch"}, kBatch, blob_batch},
    {"FindBlobsByTags", "Service_FilterBlobs",
     kGet, false, kAtService, {.comp = "blobs"}, reads(kObject, "f"), find_blobs_by_tags},

    {"CreateContainer", "Container_Create",
     kPut, false, kAtContainer, {.restype = "container"}, writes(kContainer, "cw"), create_container},
    {"GetContainerProperties", "Container_GetProperties",
     kGet, true, kAtContainer, {.restype = "container"}, kReadContainer, get_container_properties},
    {"GetContainerMetadata", "",
     kGet, true, kAtContainer, {.restype = "container", .comp = "metadata"}, kReadContainer, get_container_metadata},
    {"SetContainerMetadata", "Container_SetMetadata",
     kPut, false, kAtContainer, {.restype = "container", .comp = "metadata"}, kWriteContainer, set_container_metadata},
    {"GetContainerACL", "Container_GetAccessPolicy",
     kGet, true, kAtContainer, {.restype = "container", .comp = "acl"}, kOwnerReads, get_container_acl},
    {"SetContainerACL", "Container_SetAccessPolicy",
     kPut, false, kAtContainer, {.restype = "container", .comp = "acl"}, kOwnerWrites, set_container_acl},
    {"DeleteContainer", "Container_Delete",
     kDelete, false, kAtContainer, {.restype = "container"}, writes(kContainer, "d"), delete_container},
    {"RestoreContainer", "Container_Restore",
     kPut, false, kAtContainer, {.restype = "container", .comp = "undelete"}, kWriteContainer, restore_container},
    {"RenameContainer", "Container_Rename",
     kPut, false, kAtContainer, {.restype = "container", .comp = "rename"}, kOwnerWrites, rename_container},
    {"ContainerBatch", "Container_SubmitBatch",
     kPost, false, kAtContainer, {.restype = "container", .comp = "batch"}, kBatch, blob_batch},
    {"FindBlobsByTagsInContainer", "Container_FilterBlobs",
     kGet, false, kAtContainer, {.restype = "container", .comp = "blobs"}, kFindInContainer,
     find_blobs_by_tags},
    {"AcquireContainerLease", "Container_AcquireLease",
     kPut, false, kAtContainer, {.restype = "container", .comp = "lease", .headers = {lease("acquire")}},
     kWriteContainer, lease_container},
    {"ReleaseContainerLease", "Container_ReleaseLease",
     kPut, false, kAtContainer, {.restype = "container", .comp = "lease", .headers = {lease("release")}},
     kWriteContainer, lease_container},
    {"RenewContainerLease", "Container_RenewLease",
     kPut, false, kAtContainer, {.restype = "container", .comp = "lease", .headers = {lease("renew")}},
     kWriteContainer, lease_container},
    {"BreakContainerLease", "Container_BreakLease",
     kPut, false, kAtContainer, {.restype = "container", .comp = "lease", .headers = {lease("break")}},
     writes(kContainer, "wd"), lease_container},
    {"ChangeContainerLease", "Container_ChangeLease",
     kPut, false, kAtContainer, {.restype = "container", .comp = "lease", .headers = {lease("change")}},
     kWriteContainer, lease_container},
    {"ListBlobs", "Container_ListBlobFlatSegment",
     kGet, false, kAtContainer, {.restype = "container", .comp = "list"}, kListBlobs, list_blobs},
    {"ListBlobsByHierarchy", "Container_ListBlobHierarchySegment",
     kGet, false, kAtContainer, {.restype = "container", .comp = "list", .query = "delimiter"}, kListBlobs, list_blobs},
    {"GetContainerAccountInformation", "Container_GetAccountInfo",
     kGet, true, kAtContainer, {.restype = "account", .comp = "properties"}, kAccountInformation,
     get_account_information},

    {"GetBlob", "Blob_Download",
     kGet, false, kAtBlob, {}, kReadBlob, get_blob},
    {"GetBlobProperties", "Blob_GetProperties",
     kHead, false, kAtBlob, {}, kReadBlob, get_blob_properties},
    {"GetBlobMetadata", "",
     kGet, true, kAtBlob, {.comp = "metadata"}, kReadBlob, get_blob_metadata},
    {"DeleteBlob", "Blob_Delete",
     kDelete, false, kAtBlob, {}, kDeleteBlob, delete_blob},
    {"PutPageBlob", "PageBlob_Create",
     kPut, false, kAtBlob, {.headers = {blob_type("PageBlob")}}, kCreateBlob, put_page_blob},
    {"PutAppendBlob", "AppendBlob_Create",
     kPut, false, kAtBlob, {.headers = {blob_type("AppendBlob")}}, kCreateBlob, put_append_blob},
    {"PutBlob", "BlockBlob_Upload",
     kPut, false, kAtBlob, {.headers = {blob_type("BlockBlob")}}, kCreateBlob, put_block_blob},
    {"PutBlobFromURL", "BlockBlob_PutBlobFromUrl",
     kPut, false, kAtBlob, {.headers = {blob_type("BlockBlob"), kFromUrl}}, kCreateBlob, put_blob_from_url},
    {"UndeleteBlob", "Blob_Undelete",
     kPut, false, kAtBlob, {.comp = "undelete"}, kUndeleteBlob, undelete_blob},
    {"SetBlobExpiry", "Blob_SetExpiry",
     kPut, false, kAtBlob, {.comp = "expiry"}, kWriteBlob, set_blob_expiry},
    {"SetBlobProperties", "Blob_SetHTTPHeaders",
     kPut, false, kAtBlob, {.comp = "properties"}, kWriteBlob, set_blob_properties},
    {"SetBlobImmutabilityPolicy", "Blob_SetImmutabilityPolicy",
     kPut, false, kAtBlob, {.comp = "immutabilityPolicies"}, kProtectBlob, set_blob_immutability_policy},
    {"DeleteBlobImmutabilityPolicy", "Blob_DeleteImmutabilityPolicy",
     kDelete, false, kAtBlob, {.comp = "immutabilityPolicies"}, kProtectBlob,
     delete_blob_immutability_policy},
    {"SetBlobLegalHold", "Blob_SetLegalHold",
     kPut, false, kAtBlob, {.comp = "legalhold"}, kHoldBlob, set_blob_legal_hold},
    {"SetBlobMetadata", "Blob_SetMetadata",
     kPut, false, kAtBlob, {.comp = "metadata"}, kWriteBlob, set_blob_metadata},
    {"AcquireBlobLease", "Blob_AcquireLease",
     kPut, false, kAtBlob, {.comp = "lease", .headers = {lease("acquire")}}, kWriteBlob, lease_blob},
    {"ReleaseBlobLease", "Blob_ReleaseLease",
     kPut, false, kAtBlob, {.comp = "lease", .headers = {lease("release")}}, kWriteBlob, lease_blob},
    {"RenewBlobLease", "Blob_RenewLease",
     kPut, false, kAtBlob, {.comp = "lease", .headers = {lease("renew")}}, kWriteBlob, lease_blob},
    {"ChangeBlobLease", "Blob_ChangeLease",
     kPut, false, kAtBlob, {.comp = "lease", .headers = {lease("change")}}, kWriteBlob, lease_blob},
    {"BreakBlobLease", "Blob_BreakLease",
     kPut, false, kAtBlob, {.comp = "lease", .headers = {lease("break")}}, writes(kObject, "wd"), lease_blob},
    {"SnapshotBlob", "Blob_CreateSnapshot",
     kPut, false, kAtBlob, {.comp = "snapshot"}, kCreateBlob, snapshot_blob},
    {"CopyBlob", "Blob_StartCopyFromURL",
     kPut, false, kAtBlob, {.headers = {kFromUrl}}, kCreateBlob, copy_blob},
    {"CopyBlobFromURL", "Blob_CopyFromURL",
     kPut, false, kAtBlob, {.headers = {kFromUrl, {"x-ms-requires-sync", "true"}}}, kCreateBlob, copy_blob_from_url},
    {"AbortCopyBlob", "Blob_AbortCopyFromURL",
     kPut, false, kAtBlob, {.comp = "copy", .query = "copyid", .headers = {{{"x-ms-copy-action", "abort"}}}},
     kWriteBlob, abort_copy_blob},
    {"SetBlobTier", "Blob_SetTier",
     kPut, false, kAtBlob, {.comp = "tier"}, kWriteBlob, set_blob_tier},
    {"GetBlobAccountInformation", "Blob_GetAccountInfo",
     kGet, true, kAtBlob, {.restype = "account", .comp = "properties"}, kAccountInformation, get_account_information},
    {"PutBlock", "BlockBlob_StageBlock",
     kPut, false, kAtBlob, {.comp = "block", .query = "blockid"}, kWriteBlob, put_block},
    {"PutBlockFromURL", "BlockBlob_StageBlockFromURL",
     kPut, false, kAtBlob, {.comp = "block", .query = "blockid", .headers = {kFromUrl}}, kWriteBlob, put_block},
    {"PutBlockList", "BlockBlob_CommitBlockList",
     kPut, false, kAtBlob, {.comp = "blocklist"}, kWriteBlob, put_block_list},
    {"GetBlockList", "BlockBlob_GetBlockList",
     kGet, false, kAtBlob, {.comp = "blocklist"}, kReadBlob, get_block_list},
    {"PutPage", "PageBlob_UploadPages",
     kPut, false, kAtBlob, {.comp = "page", .headers = {page_write("update")}}, kWriteBlob, put_page},
    {"ClearPage", "PageBlob_ClearPages",
     kPut, false, kAtBlob, {.comp = "page", .headers = {page_write("clear")}}, kWriteBlob, clear_page},
    {"PutPageFromURL", "PageBlob_UploadPagesFromURL",
     kPut, false, kAtBlob, {.comp = "page", .headers = {page_write("update"), kFromUrl}}, kWriteBlob, put_page},
    {"GetPageRanges", "PageBlob_GetPageRanges",
     kGet, false, kAtBlob, {.comp = "pagelist"}, kReadBlob, get_page_ranges},
    {"GetPageRangesDiff", "PageBlob_GetPageRangesDiff",
     kGet, false, kAtBlob, {.comp = "pagelist", .query = "prevsnapshot"}, kReadBlob, get_page_ranges},
    {"ResizePageBlob", "PageBlob_Resize",
     kPut, false, kAtBlob, {.comp = "properties", .headers = {{{"x-ms-blob-content-length", ""}}}},
     kWriteBlob, set_blob_properties},
    {"UpdateSequenceNumber", "PageBlob_UpdateSequenceNumber",
     kPut, false, kAtBlob, {.comp = "properties", .headers = {{{"x-ms-sequence-number-action", ""}}}},
     kWriteBlob, set_blob_properties},
    {"IncrementalCopyBlob", "PageBlob_CopyIncremental",
     kPut, false, kAtBlob, {.comp = "incrementalcopy", .headers = {kFromUrl}}, kCreateBlob,
     incremental_copy_blob},
    {"AppendBlock", "AppendBlob_AppendBlock",
     kPut, false, kAtBlob, {.comp = "appendblock"}, kAppendBlob, append_block},
    {"AppendBlockFromURL", "AppendBlob_AppendBlockFromUrl",
     kPut, false, kAtBlob, {.comp = "appendblock", .headers = {kFromUrl}}, kAppendBlob, append_block},
    {"SealAppendBlob", "AppendBlob_Seal",
     kPut, false, kAtBlob, {.comp = "seal"}, kWriteBlob, seal_append_blob},
    {"QueryBlobContents", "Blob_Query",
     kPost, false, kAtBlob, {.comp = "query"}, kReadBlob, query_blob_contents},
    {"GetBlobTags", "Blob_GetTags",
     kGet, false, kAtBlob, {.comp = "tags"}, kReadTags, get_blob_tags},
    {"SetBlobTags", "Blob_SetTags",
     kPut, false, kAtBlob, {.comp = "tags"}, kWriteTags, set_blob_tags},
});
static_assert(unambiguous(kOperations), "two rows would answer the same request");

/// A single segment with `restype` is a container; without it, a blob in `$root`.
Scope scope_of(Target& target, const Query& query) {
    if (target.container.empty()) return Scope::service;
    if (target.has_name) return Scope::blob;
    if (query.has("restype")) return Scope::container;
    target.name = std::move(target.container);
    target.container = "$root";
    target.has_name = true;
    return Scope::blob;
}

/// Deleting what is not the current blob has letters of its own, and so have tags and immutability on any write. `d`
/// breaks a lease from 2017-07-29 on.
Needs needs(const Operation& row, const Request& request, const Query& query, ServiceVersion version) {
    constexpr ServiceVersion kDeleteBreaksLeases{2017, 7, 29};
    Needs needs = row.needs;
    if (row.match.comp == "lease" && version < kDeleteBreaksLeases) needs.letters = Letters("w");
    if (row.scope != kAtBlob || !needs.writes) return needs;
    if (row.method == kDelete && row.match.comp.empty()) {
        if (query.has("versionid")) needs.letters = Letters("x");
        if (equals_ignoring_case(query.value_or_empty("deletetype"), "permanent")) needs.letters = Letters("y");
    }
    if (request.fields.has("x-ms-tags")) needs.also |= Letters("t");
    for (const std::string_view name :
         {"x-ms-immutability-policy-until-date", "x-ms-immutability-policy-mode", "x-ms-legal-hold"}) {
        if (request.fields.has(name)) needs.also |= Letters("i");
    }
    return needs;
}

Needs::Public public_access(ReadTxn& tx, const Target& target) {
    const auto container = find_container(tx, target.container);
    switch (container ? container->access : PublicAccess::none) {
        case PublicAccess::none: return Needs::Public::never;
        case PublicAccess::blob: return Needs::Public::blob;
        case PublicAccess::container: return Needs::Public::container;
    }
    return Needs::Public::never;
}

StoredPolicies stored_policies(ReadTxn& tx, const Target& target) {
    const auto container = find_container(tx, target.container);
    return container ? unpack_policies(container->policies) : StoredPolicies();
}

Task<Result<>> check_posix(Exchange& x, const Needs& needs, Reason& why) {
    return check_access(x, path_access(), needs, why);
}

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Service& service() {
    static const Service kBlobService{.kind = ServiceKind::blob,
                                      .server_header = "Lazulite-Blob",
                                      .operations = kOperations,
                                      .not_honoured = not_honoured(),
                                      .scope = scope_of,
                                      .store_kind = "blob",
                                      .public_access = public_access,
                                      .stored_policies = stored_policies,
                                      .needs = needs,
                                      .check_posix = check_posix,
                                      .errors = ErrorFormat::xml};
    return kBlobService;
}

}  // namespace lazulite::blob
