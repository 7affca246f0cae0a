#include "file/operations.hpp"

#include "file/ops/common.hpp"
#include "file/ops/operations.hpp"
#include "file/rows/shares.hpp"
#include "service/service_operations.hpp"
#include "service/user_delegation_key.hpp"

namespace lazulite::file {
namespace {

// The level of a resource (`srt`) and the letters of which one is enough, as "Create an account SAS" lists them, and
// the reach from which on a service SAS does too ("Create a service SAS").
constexpr auto kService = ResourceType::service;
constexpr auto kContainer = ResourceType::container;
constexpr auto kObject = ResourceType::object;
constexpr Needs kReadShare = reads(kContainer, "r");
constexpr Needs kWriteShare = writes(kContainer, "w");
constexpr Needs kList = from(Reach::container, reads(kContainer, "l"));
constexpr Needs kReadPath = reads(kObject, "r");
constexpr Needs kWritePath = writes(kObject, "w");
constexpr Needs kCreatePath = writes(kObject, "cw");
constexpr Needs kDeletePath = writes(kObject, "d");

constexpr auto kAtService = Scope::service;
constexpr auto kAtShare = Scope::container;
constexpr auto kAtPath = Scope::path;
constexpr auto kGet = Method::get;
constexpr auto kHead = Method::head;
constexpr auto kPut = Method::put;
constexpr auto kPost = Method::post;
constexpr auto kDelete = Method::delete_;

constexpr Match::HeaderIs lease(std::string_view action) { return {"x-ms-lease-action", action}; }
constexpr Match::HeaderIs range_write(std::string_view kind) { return {"x-ms-write", kind}; }
constexpr Match::HeaderIs kFileType{"x-ms-type", "file"};
constexpr Match::HeaderIs kFromUrl{"x-ms-copy-source", ""};

// Every operation of the File service. A row without a function is not offered yet and answers 501. Handles of directories and
// of files are listed and closed by one row each: their URLs do not tell which it is.
// name                            operation id of the reference's OpenAPI document
//   method, also HEAD, scope, told apart by, needs, run
constexpr auto kOperations = std::to_array<Operation>({
    {"ListShares", "Service_ListSharesSegment",
     kGet, false, kAtService, {.comp = "list"}, reads(kService, "l"), list_shares},
    {"SetFileServiceProperties", "Service_SetProperties",
     kPut, false, kAtService, {.restype = "service", .comp = "properties"}, writes(kService, "w"), set_service_properties},
    {"GetFileServiceProperties", "Service_GetProperties",
     kGet, false, kAtService, {.restype = "service", .comp = "properties"}, reads(kService, "r"), get_service_properties},
    {"GetUserDelegationKey", "Service_GetUserDelegationKey",
     kPost, false, kAtService, {.restype = "service", .comp = "userdelegationkey"}, kUserDelegationKey,
     get_user_delegation_key},

    {"CreateShare", "Share_Create",
     kPut, false, kAtShare, {.restype = "share"}, writes(kContainer, "cw"), create_share},
    {"GetShareProperties", "Share_GetProperties",
     kGet, true, kAtShare, {.restype = "share"}, kReadShare, get_share_properties},
    {"DeleteShare", "Share_Delete",
     kDelete, false, kAtShare, {.restype = "share"}, writes(kContainer, "d"), delete_share},
    {"AcquireShareLease", "Share_AcquireLease",
     kPut, false, kAtShare, {.restype = "share", .comp = "lease", .headers = {lease("acquire")}}, kWriteShare, lease_share},
    {"ReleaseShareLease", "Share_ReleaseLease",
     kPut, false, kAtShare, {.restype = "share", .comp = "lease", .headers = {lease("release")}}, kWriteShare, lease_share},
    {"ChangeShareLease", "Share_ChangeLease",
     kPut, false, kAtShare, {.restype = "share", .comp = "lease", .headers = {lease("change")}}, kWriteShare, lease_share},
    {"RenewShareLease", "Share_RenewLease",
     kPut, false, kAtShare, {.restype = "share", .comp = "lease", .headers = {lease("renew")}}, kWriteShare, lease_share},
    {"BreakShareLease", "Share_BreakLease",
     kPut, false, kAtShare, {.restype = "share", .comp = "lease", .headers = {lease("break")}}, writes(kContainer, "wd"),
     lease_share},
    {"SnapshotShare", "Share_CreateSnapshot",
     kPut, false, kAtShare, {.restype = "share", .comp = "snapshot"}, writes(kContainer, "cw"), snapshot_share},
    {"CreatePermission", "Share_CreatePermission",
     kPut, false, kAtShare, {.restype = "share", .comp = "filepermission"},
     with_role(Action::write, writes(kContainer, "cw")), create_permission},
    {"GetPermission", "Share_GetPermission",
     kGet, false, kAtShare, {.restype = "share", .comp = "filepermission"},
     with_role(Action::read, kReadShare), get_permission},
    {"SetShareProperties", "Share_SetProperties",
     kPut, false, kAtShare, {.restype = "share", .comp = "properties"}, kWriteShare, set_share_properties},
    {"GetShareMetadata", "",
     kGet, true, kAtShare, {.restype = "share", .comp = "metadata"}, kReadShare, get_share_metadata},
    {"SetShareMetadata", "Share_SetMetadata",
     kPut, false, kAtShare, {.restype = "share", .comp = "metadata"}, kWriteShare, set_share_metadata},
    {"GetShareACL", "Share_GetAccessPolicy",
     kGet, true, kAtShare, {.restype = "share", .comp = "acl"}, kOwnerReads, get_share_acl},
    {"SetShareACL", "Share_SetAccessPolicy",
     kPut, false, kAtShare, {.restype = "share", .comp = "acl"}, kOwnerWrites, set_share_acl},
    {"GetShareStats", "Share_GetStatistics",
     kGet, false, kAtShare, {.restype = "share", .comp = "stats"}, kReadShare, get_share_stats},
    {"RestoreShare", "Share_Restore",
     kPut, false, kAtShare, {.restype = "share", .comp = "undelete"}, kWriteShare, restore_share},

    {"CreateDirectory", "Directory_Create",
     kPut, false, kAtPath, {.restype = "directory"}, kCreatePath, create_directory},
    {"GetDirectoryProperties", "Directory_GetProperties",
     kGet, true, kAtPath, {.restype = "directory"}, kReadPath, get_directory_properties},
    {"DeleteDirectory", "Directory_Delete",
     kDelete, false, kAtPath, {.restype = "directory"}, kDeletePath, delete_directory},
    {"SetDirectoryProperties", "Directory_SetProperties",
     kPut, false, kAtPath, {.restype = "directory", .comp = "properties"}, kWritePath, set_directory_properties},
    {"GetDirectoryMetadata", "",
     kGet, true, kAtPath, {.restype = "directory", .comp = "metadata"}, kReadPath, get_directory_metadata},
    {"SetDirectoryMetadata", "Directory_SetMetadata",
     kPut, false, kAtPath, {.restype = "directory", .comp = "metadata"}, kWritePath, set_directory_metadata},
    {"ListDirectoriesAndFiles", "Directory_ListFilesAndDirectoriesSegment",
     kGet, false, kAtPath, {.restype = "directory", .comp = "list"}, kList, list_directories_and_files},
    {"RenameDirectory", "Directory_Rename",
     kPut, false, kAtPath, {.restype = "directory", .comp = "rename", .headers = {{{"x-ms-file-rename-source", ""}}}},
     kWritePath, rename_directory},
    {"ListHandles", "Directory_ListHandles",
     kGet, false, kAtPath, {.comp = "listhandles"}, kReadPath, list_handles},
    {"ForceCloseHandles", "Directory_ForceCloseHandles",
     kPut, false, kAtPath, {.comp = "forceclosehandles"}, writes(kObject, "wd"), force_close_handles},

    {"CreateFile", "File_Create",
     kPut, false, kAtPath, {.headers = {kFileType}}, kCreatePath, create_file},
    {"GetFile", "File_Download",
     kGet, false, kAtPath, {}, kReadPath, get_file},
    {"GetFileProperties", "File_GetProperties",
     kHead, false, kAtPath, {}, kReadPath, get_file_properties},
    {"DeleteFile", "File_Delete",
     kDelete, false, kAtPath, {}, kDeletePath, delete_file},
    {"SetFileProperties", "File_SetHttpHeaders",
     kPut, false, kAtPath, {.comp = "properties"}, kWritePath, set_file_properties},
    {"GetFileMetadata", "",
     kGet, true, kAtPath, {.comp = "metadata"}, kReadPath, get_file_metadata},
    {"SetFileMetadata", "File_SetMetadata",
     kPut, false, kAtPath, {.comp = "metadata"}, kWritePath, set_file_metadata},
    {"AcquireFileLease", "File_AcquireLease",
     kPut, false, kAtPath, {.comp = "lease", .headers = {lease("acquire")}}, kWritePath, lease_file},
    {"ReleaseFileLease", "File_ReleaseLease",
     kPut, false, kAtPath, {.comp = "lease", .headers = {lease("release")}}, kWritePath, lease_file},
    {"ChangeFileLease", "File_ChangeLease",
     kPut, false, kAtPath, {.comp = "lease", .headers = {lease("change")}}, kWritePath, lease_file},
    {"BreakFileLease", "File_BreakLease",
     kPut, false, kAtPath, {.comp = "lease", .headers = {lease("break")}}, writes(kObject, "wd"), lease_file},
    {"PutRange", "File_UploadRange",
     kPut, false, kAtPath, {.comp = "range", .headers = {range_write("update")}}, kWritePath, put_range},
    {"ClearRange", "",
     kPut, false, kAtPath, {.comp = "range", .headers = {range_write("clear")}}, kWritePath, clear_range},
    {"PutRangeFromURL", "File_UploadRangeFromURL",
     kPut, false, kAtPath, {.comp = "range", .headers = {range_write("update"), kFromUrl}}, kWritePath, put_range},
    {"ListRanges", "File_GetRangeList",
     kGet, false, kAtPath, {.comp = "rangelist"}, kReadPath, list_ranges},
    {"CopyFile", "File_StartCopy",
     kPut, false, kAtPath, {.headers = {kFromUrl}}, kCreatePath, copy_file},
    {"AbortCopyFile", "File_AbortCopy",
     kPut, false, kAtPath, {.comp = "copy", .query = "copyid", .headers = {{{"x-ms-copy-action", "abort"}}}}, kWritePath,
     abort_copy_file},
    {"RenameFile", "File_Rename",
     kPut, false, kAtPath, {.comp = "rename", .headers = {{{"x-ms-file-rename-source", ""}}}}, kWritePath, rename_file},
    {"CreateSymbolicLink", "File_CreateSymbolicLink",
     kPut, false, kAtPath, {.restype = "symboliclink"}, kCreatePath, create_symbolic_link},
    {"GetSymbolicLink", "File_GetSymbolicLink",
     kGet, false, kAtPath, {.restype = "symboliclink"}, kReadPath, get_symbolic_link},
    {"CreateHardLink", "File_CreateHardLink",
     kPut, false, kAtPath, {.restype = "hardlink", .headers = {kFileType}}, kCreatePath, create_hard_link},
});
static_assert(unambiguous(kOperations), "two rows would answer the same request");

/// `/share?restype=share` is the share; any other URL of it a directory or file, the root directory among them.
Scope scope_of(Target& target, const Query& query) {
    if (target.container.empty()) return Scope::service;
    const bool share = !target.has_name && equals_ignoring_case(query.value_or_empty("restype"), "share");
    return share ? Scope::container : Scope::path;
}

StoredPolicies stored_policies(ReadTxn& tx, const Target& target) {
    const auto share = find_share(tx, target.container);
    return share ? unpack_policies(share->policies) : StoredPolicies();
}

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Service& service() {
    static const Service kFileService{.kind = ServiceKind::file,
                                      .server_header = "Lazulite-File",
                                      .operations = kOperations,
                                      .scope = scope_of,
                                      .store_kind = "file",
                                      .stored_policies = stored_policies,
                                      .check = check_request,
                                      .errors = ErrorFormat::xml,
                                      .version_without_header = {2015, 2, 21},
                                      .bearer_since = {2022, 11, 2}};
    return kFileService;
}

}  // namespace lazulite::file
