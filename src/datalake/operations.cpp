#include "datalake/operations.hpp"

#include "blob/operations.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/path_access.hpp"

namespace lazulite::datalake {
namespace {

// Reference: "Create an account SAS", "Create a service SAS" (permissions for a directory, container, or blob), "Access
// control model in Azure Data Lake Storage".
constexpr auto kService = ResourceType::service;
constexpr auto kContainer = ResourceType::container;
constexpr auto kObject = ResourceType::object;
constexpr Needs kReadFilesystem = reads(kContainer, "r", Needs::Public::container);
constexpr Needs kList = from(Reach::directory, reads(kContainer, "l", Needs::Public::container));
constexpr Needs kRead = reads(kObject, "r", Needs::Public::blob);
constexpr Needs kSeeStatus = reads(kObject, "er", Needs::Public::blob);
constexpr Needs kSeeAccess = with_role(Action::read, reads(kObject, "er"));  // the service was seen to take `r`
constexpr Needs kCreate = writes(kObject, "cw");
constexpr Needs kAppend = writes(kObject, "aw");
constexpr Needs kWrite = writes(kObject, "w");
constexpr Needs kDelete = writes(kObject, "d");
constexpr Needs kMove = with_role(Action::move, writes(kObject, "mw"));
constexpr Needs kChangeAccess = with_role(Action::modify_permissions, writes(kObject, "op"));
constexpr Needs kChangeAccessBelow = with_role(Action::modify_permissions, writes(kObject, "p"));

constexpr auto kAtService = Scope::service;
constexpr auto kAtFilesystem = Scope::container;
constexpr auto kAtPath = Scope::path;

constexpr Match resource(std::string_view value) { return {.query = "resource", .value = value}; }
constexpr Match action(std::string_view value) { return {.query = "action", .value = value}; }
constexpr Match lease(std::string_view value) { return {.headers = {{{"x-ms-lease-action", value}}}}; }
constexpr Match::HeaderIs kRenameSource{"x-ms-rename-source", ""};

// Every operation of Data Lake Storage that is none of the Blob service; the last three are both.
// name                            operation id of the reference's OpenAPI document
//   method, also HEAD, scope, told apart by, needs, run
constexpr auto kOperations = std::to_array<Operation>({
    {"ListFilesystems", "Service_ListFileSystems",
     Method::get, false, kAtService, resource("account"), reads(kService, "l"), list_filesystems},

    {"CreateFilesystem", "FileSystem_Create",
     Method::put, false, kAtFilesystem, resource("filesystem"), writes(kContainer, "cw"), create_filesystem},
    {"GetFilesystemProperties", "FileSystem_GetProperties",
     Method::head, false, kAtFilesystem, resource("filesystem"), kReadFilesystem, get_filesystem_properties},
    {"SetFilesystemProperties", "FileSystem_SetProperties",
     Method::patch, false, kAtFilesystem, resource("filesystem"), writes(kContainer, "w"), set_filesystem_properties},
    {"DeleteFilesystem", "FileSystem_Delete",
     Method::delete_, false, kAtFilesystem, resource("filesystem"), writes(kContainer, "d"), blob::delete_container},
    {"ListPaths", "FileSystem_ListPaths",
     Method::get, false, kAtFilesystem, resource("filesystem"), kList, list_paths},

    {"CreateFile", "Path_Create", Method::put, false, kAtPath, resource("file"), kCreate, create_file},
    {"CreateDirectory", "", Method::put, false, kAtPath, resource("directory"), kCreate, create_directory},
    {"RenamePath", "", Method::put, false, kAtPath, {.headers = {kRenameSource}}, kMove, rename_path},
    {"AppendData", "Path_AppendData", Method::patch, false, kAtPath, action("append"), kAppend, append_data},
    {"FlushData", "Path_FlushData", Method::patch, false, kAtPath, action("flush"), kAppend, flush_data},
    {"SetPathProperties", "Path_Update", Method::patch, false, kAtPath, action("setProperties"), kWrite, set_path_properties},
    {"SetAccessControl", "Path_SetAccessControl",
     Method::patch, false, kAtPath, action("setAccessControl"), kChangeAccess, set_access_control},
    {"SetAccessControlRecursive", "Path_SetAccessControlRecursive",
     Method::patch, false, kAtPath, action("setAccessControlRecursive"), kChangeAccessBelow,
     set_access_control_recursive},
    {"AcquirePathLease", "Path_Lease", Method::post, false, kAtPath, lease("acquire"), kWrite, blob::lease_blob},
    {"RenewPathLease", "", Method::post, false, kAtPath, lease("renew"), kWrite, blob::lease_blob},
    {"ChangePathLease", "", Method::post, false, kAtPath, lease("change"), kWrite, blob::lease_blob},
    {"ReleasePathLease", "", Method::post, false, kAtPath, lease("release"), kWrite, blob::lease_blob},
    {"BreakPathLease", "", Method::post, false, kAtPath, lease("break"), writes(kObject, "wd"), blob::lease_blob},
    {"ReadPath", "Path_Read", Method::get, false, kAtPath, {}, kRead, read_path},
    {"GetPathProperties", "Path_GetProperties", Method::head, false, kAtPath, {}, kRead, get_path_properties},
    {"GetPathStatus", "", Method::head, false, kAtPath, action("getStatus"), kSeeStatus, get_path_status},
    {"GetPathAccessControl", "",
     Method::head, false, kAtPath, action("getAccessControl"), kSeeAccess, get_path_access_control},
    {"CheckPathAccess", "", Method::head, false, kAtPath, action("checkAccess"), kSeeAccess, check_path_access},
    {"DeletePath", "Path_Delete", Method::delete_, false, kAtPath, {}, kDelete, delete_path},
    {"SetPathExpiry", "Path_SetExpiry", Method::put, false, kAtPath, {.comp = "expiry"}, kWrite, blob::set_blob_expiry},
    {"UndeletePath", "Path_Undelete", Method::put, false, kAtPath, {.comp = "undelete"}, kWrite, blob::undelete_blob},
    {"ListBlobHierarchySegment", "FileSystem_ListBlobHierarchySegment",
     Method::get, false, kAtFilesystem, {.restype = "container", .comp = "list"}, kList, blob::list_blobs},
});
static_assert(unambiguous(kOperations), "two rows would answer the same request");

/// Without `resource`, a filesystem's URL is that of its root directory.
Scope scope_of(Target& target, const Query& query) {
    if (target.container.empty()) return Scope::service;
    const bool filesystem = !target.has_name && (query.has("resource") || query.has("restype"));
    return filesystem ? Scope::container : Scope::path;
}

/// Clients send requests of the Blob service here, which derive its endpoint from this one's by replacing a name that an
/// endpoint with the account in its path does not have.
ServiceKind answered_by(const Request& request, const Query& query) {
    const std::string_view comp = query.value_or_empty("comp");
    // Their clients of Blob storage ask for XML, those of Data Lake for anything else.
    const bool xml = request.fields.value_or_empty("Accept").find("application/xml") != std::string_view::npos;
    if (xml && !query.has("resource") && !query.has("action")) return ServiceKind::blob;
    const bool here = comp == "expiry" || (comp == "undelete" && !query.has("restype")) ||
                      (comp == "list" && query.value_or_empty("restype") == "container");
    if (here) return ServiceKind::dfs;
    for (const std::string_view name : {"comp", "restype", "snapshot", "versionid"}) {
        if (query.has(name)) return ServiceKind::blob;
    }
    for (const std::string_view name : {"x-ms-blob-type", "x-ms-copy-source"}) {
        if (request.fields.has(name)) return ServiceKind::blob;
    }
    return ServiceKind::dfs;
}

/// POST and PUT may stand for PATCH, where a client or proxy has no such method.
Result<Method> method_of(const Request& request) {
    const bool replaceable = request.method == Method::post || request.method == Method::put;
    const std::string_view meant = request.fields.value_or_empty("X-HTTP-Method-Override");
    return replaceable && equals_ignoring_case(meant, "PATCH") ? Method::patch : request.method;
}

Needs needs(const Operation& row, const Request& request, const Query& query, ServiceVersion /*version*/) {
    Needs needs = row.needs;
    if (row.name == "SetAccessControl") {
        const bool owners = !request.fields.value_or_empty("x-ms-owner").empty() || !request.fields.value_or_empty("x-ms-group").empty();
        const bool permissions = request.fields.has("x-ms-permissions") || request.fields.has("x-ms-acl");
        if (owners) needs.also |= Letters("o");
        if (permissions) needs.also |= Letters("p");
        if (owners) needs.role = by_role(Action::manage_ownership);
        if (owners && permissions) needs.role = {{Rights{Action::manage_ownership, Action::modify_permissions}, Rights{}}};
    }
    const bool asks_to_write = query.value_or_empty("fsAction").find('w') != std::string_view::npos;
    if (row.name == "CheckPathAccess" && asks_to_write) needs.role = by_role(Action::write);
    return needs;
}

/// An action that is none is not passed over. Flat accounts that protect deleted blobs, or tell of what happens to them, have no
/// Data Lake endpoint. Reference: "Known issues with Azure Data Lake Storage".
Result<> check_request(const Exchange& x) {
    if (x.operation.match.query.empty() && x.query.has("action")) {
        return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                        .with("QueryParameterName", "action")
                        .with("QueryParameterValue", x.query.value_or_empty("action"))
                        .with("Reason", "The value names no operation on this resource."));
    }
    if (x.account.settings.hierarchical_namespace) return {};
    LAZ_TRY(const blob::Protection protection, blob::protection_of(x));
    if (!protection.deleted && !x.account.settings.event_subscriptions) return {};
    return fail(ErrorCode::endpoint_unsupported_account_features);
}

/// What operations of the Blob service say is said in XML.
ErrorFormat errors_for(const Request& request) {
    const auto query = Query::parse(request.query);
    return query && query->has("comp") ? ErrorFormat::xml : ErrorFormat::json;
}

ErrorCode error_named(ErrorCode code) {
    switch (code) {
        case ErrorCode::container_not_found: return ErrorCode::filesystem_not_found;
        case ErrorCode::container_already_exists: return ErrorCode::filesystem_already_exists;
        case ErrorCode::container_being_deleted: return ErrorCode::filesystem_being_deleted;
        case ErrorCode::blob_not_found: return ErrorCode::path_not_found;
        case ErrorCode::blob_already_exists: return ErrorCode::path_already_exists;
        case ErrorCode::directory_is_not_empty: return ErrorCode::path_directory_not_empty;
        case ErrorCode::lease_id_missing: return ErrorCode::path_lease_id_missing;
        case ErrorCode::lease_lost: return ErrorCode::path_lease_lost;
        case ErrorCode::lease_id_mismatch_with_blob_operation: return ErrorCode::lease_id_mismatch;
        case ErrorCode::lease_not_present_with_blob_operation: return ErrorCode::lease_not_present;
        default: return code;
    }
}

Task<Result<>> check_posix(Exchange& x, const Needs& needs, Reason& why) {
    return blob::check_access(x, path_access(), needs, why);
}

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Service& service() {
    static const Service kDataLake{.kind = ServiceKind::dfs,
                                   .server_header = "Lazulite-Dfs",
                                   .operations = kOperations,
                                   .scope = scope_of,
                                   .store_kind = blob::service().store_kind,
                                   .public_access = blob::service().public_access,
                                   .stored_policies = blob::service().stored_policies,
                                   .needs = needs,
                                   .check = check_request,
                                   .check_posix = check_posix,
                                   .answered_by = answered_by,
                                   .method = method_of,
                                   .errors = ErrorFormat::json,
                                   .errors_for = errors_for,
                                   .error_named = error_named,
                                   .version_without_header = {2018, 11, 9}};
    return kDataLake;
}

}  // namespace lazulite::datalake
