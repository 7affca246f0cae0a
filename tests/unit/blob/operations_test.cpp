#include "blob/operations.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace lazulite::blob {
namespace {

// Every operation of the reference's OpenAPI document, by its id.
constexpr std::string_view kIds[] = {"Service_SetProperties",
                                     "Service_GetProperties",
                                     "Service_GetStatistics",
                                     "Service_ListContainersSegment",
                                     "Service_GetUserDelegationKey",
                                     "Service_GetAccountInfo",
                                     "Service_SubmitBatch",
                                     "Service_FilterBlobs",
                                     "Container_Create",
                                     "Container_GetProperties",
                                     "Container_Delete",
                                     "Container_SetMetadata",
                                     "Container_GetAccessPolicy",
                                     "Container_SetAccessPolicy",
                                     "Container_Restore",
                                     "Container_Rename",
                                     "Container_SubmitBatch",
                                     "Container_FilterBlobs",
                                     "Container_AcquireLease",
                                     "Container_ReleaseLease",
                                     "Container_RenewLease",
                                     "Container_BreakLease",
                                     "Container_ChangeLease",
                                     "Container_ListBlobFlatSegment",
                                     "Container_ListBlobHierarchySegment",
                                     "Container_GetAccountInfo",
                                     "Blob_Download",
                                     "Blob_GetProperties",
                                     "Blob_Delete",
                                     "PageBlob_Create",
                                     "AppendBlob_Create",
                                     "BlockBlob_Upload",
                                     "BlockBlob_PutBlobFromUrl",
                                     "Blob_Undelete",
                                     "Blob_SetExpiry",
                                     "Blob_SetHTTPHeaders",
                                     "Blob_SetImmutabilityPolicy",
                                     "Blob_DeleteImmutabilityPolicy",
                                     "Blob_SetLegalHold",
                                     "Blob_SetMetadata",
                                     "Blob_AcquireLease",
                                     "Blob_ReleaseLease",
                                     "Blob_RenewLease",
                                     "Blob_ChangeLease",
                                     "Blob_BreakLease",
                                     "Blob_CreateSnapshot",
                                     "Blob_StartCopyFromURL",
                                     "Blob_CopyFromURL",
                                     "Blob_AbortCopyFromURL",
                                     "Blob_SetTier",
                                     "Blob_GetAccountInfo",
                                     "BlockBlob_StageBlock",
                                     "BlockBlob_StageBlockFromURL",
                                     "BlockBlob_CommitBlockList",
                                     "BlockBlob_GetBlockList",
                                     "PageBlob_UploadPages",
                                     "PageBlob_ClearPages",
                                     "PageBlob_UploadPagesFromURL",
                                     "PageBlob_GetPageRanges",
                                     "PageBlob_GetPageRangesDiff",
                                     "PageBlob_Resize",
                                     "PageBlob_UpdateSequenceNumber",
                                     "PageBlob_CopyIncremental",
                                     "AppendBlob_AppendBlock",
                                     "AppendBlob_AppendBlockFromUrl",
                                     "AppendBlob_Seal",
                                     "Blob_Query",
                                     "Blob_GetTags",
                                     "Blob_SetTags"};
static_assert(std::size(kIds) == 69);

TEST(BlobOperations, AreThoseOfTheReferenceEachOnce) {
    std::map<std::string_view, int> rows;
    for (const Operation& row : operations()) ++rows[row.id];
    for (const std::string_view id : kIds) EXPECT_EQ(rows[id], 1) << id;
    // Get Container Metadata and Get Blob Metadata are in the reference and not in that document; a batch comes in two forms.
    EXPECT_EQ(rows[""], 3);
    EXPECT_EQ(rows.size(), 69U + 1U);
    EXPECT_EQ(operations().size(), 72U);
}

TEST(BlobOperations, HaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for (const Operation& row : operations()) {
        EXPECT_FALSE(row.name.empty());
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
    }
}

/// A request as a client sends it, the row it must select, and what "Create an account SAS" and "Manage anonymous read
/// access" say of it. `sas`: the resource type, then the letters of which one is enough; "any" or "never".
struct Row {
    std::string_view id;  ///< the name, where there is no id
    std::string_view method;
    Scope scope;
    std::string_view query;
    std::vector<FieldViews::Field> headers;
    std::string_view sas;
    Needs::Public open = Needs::Public::never;
};

constexpr auto kService = Scope::service;
constexpr auto kContainer = Scope::container;
constexpr auto kBlob = Scope::blob;
constexpr auto kOpenBlob = Needs::Public::blob;
constexpr auto kOpenContainer = Needs::Public::container;

std::vector<Row> rows() {
    const FieldViews::Field source{"x-ms-copy-source", "http://127.0.0.1:10000/devstoreaccount1/c/source"};
    const FieldViews::Field block{"x-ms-blob-type", "BlockBlob"};
    return {
        {"Service_ListContainersSegment", "GET", kService, "comp=list&prefix=a&maxresults=5", {}, "s l"},
        {"Service_SetProperties", "PUT", kService, "restype=service&comp=properties", {}, "s w"},
        {"Service_GetProperties", "GET", kService, "restype=service&comp=properties", {}, "s r"},
        {"Service_GetStatistics", "GET", kService, "restype=service&comp=stats", {}, "s r"},
        {"Service_GetUserDelegationKey", "POST", kService, "restype=service&comp=userdelegationkey", {}, "never"},
        {"Service_GetAccountInfo", "GET", kService, "restype=account&comp=properties", {}, "any"},
        {"Service_GetAccountInfo", "HEAD", kService, "restype=account&comp=properties", {}, "any"},
        {"Service_SubmitBatch", "POST", kService, "comp=batch", {}, "any"},
        {"BlobBatchWithRestype", "POST", kService, "restype=container&comp=batch", {}, "any"},
        {"Service_FilterBlobs", "GET", kService, "comp=blobs&where=a%3D'b'", {}, "o f"},

        {"Container_Create", "PUT", kContainer, "restype=container", {{"x-ms-blob-public-access", "blob"}}, "c cw"},
        {"Container_GetProperties", "GET", kContainer, "restype=container", {}, "c r", kOpenContainer},
        {"Container_GetProperties", "HEAD", kContainer, "timeout=5&restype=container", {}, "c r", kOpenContainer},
        {"GetContainerMetadata", "GET", kContainer, "restype=container&comp=metadata", {}, "c r", kOpenContainer},
        {"GetContainerMetadata", "HEAD", kContainer, "comp=metadata&restype=container", {}, "c r", kOpenContainer},
        {"Container_Delete", "DELETE", kContainer, "restype=container", {}, "c d"},
        {"Container_SetMetadata", "PUT", kContainer, "restype=container&comp=metadata", {}, "c w"},
        {"Container_GetAccessPolicy", "GET", kContainer, "restype=container&comp=acl", {}, "never"},
        {"Container_GetAccessPolicy", "HEAD", kContainer, "restype=container&comp=acl", {}, "never"},
        {"Container_SetAccessPolicy", "PUT", kContainer, "restype=container&comp=acl", {}, "never"},
        {"Container_Restore",
         "PUT",
         kContainer,
         "restype=container&comp=undelete",
         {{"x-ms-deleted-container-name", "c"}},
         "c w"},
        {"Container_Rename",
         "PUT",
         kContainer,
         "restype=container&comp=rename",
         {{"x-ms-source-container-name", "c"}},
         ""},
        {"Container_SubmitBatch", "POST", kContainer, "restype=container&comp=batch", {}, "any"},
        {"Container_FilterBlobs", "GET", kContainer, "restype=container&comp=blobs", {}, "c f"},
        {"Container_AcquireLease",
         "PUT",
         kContainer,
         "comp=lease&restype=container",
         {{"x-ms-lease-action", "acquire"}},
         "c w"},
        {"Container_ReleaseLease",
         "PUT",
         kContainer,
         "comp=lease&restype=container",
         {{"x-ms-lease-action", "release"}},
         ""},
        {"Container_RenewLease",
         "PUT",
         kContainer,
         "comp=lease&restype=container",
         {{"x-ms-lease-action", "Renew"}},
         "c w"},
        {"Container_BreakLease",
         "PUT",
         kContainer,
         "comp=lease&restype=container",
         {{"x-ms-lease-action", "break"}},
         "c wd"},
        {"Container_ChangeLease",
         "PUT",
         kContainer,
         "comp=lease&restype=container",
         {{"x-ms-lease-action", "change"}},
         "c w"},
        {"Container_ListBlobFlatSegment",
         "GET",
         kContainer,
         "restype=container&comp=list&prefix=a",
         {},
         "c l",
         kOpenContainer},
        {"Container_ListBlobHierarchySegment",
         "GET",
         kContainer,
         "restype=container&comp=list&delimiter=%2F",
         {},
         "c l",
         kOpenContainer},
        {"Container_GetAccountInfo", "GET", kContainer, "restype=account&comp=properties", {}, "any"},

        {"Blob_Download", "GET", kBlob, "", {{"x-ms-range", "bytes=0-1"}}, "o r", kOpenBlob},
        {"Blob_Download", "GET", kBlob, "snapshot=2026-01-01T00:00:00.0000000Z&unknown=1", {}, "o r", kOpenBlob},
        {"Blob_GetProperties", "HEAD", kBlob, "", {}, "o r", kOpenBlob},
        {"GetBlobMetadata", "GET", kBlob, "comp=metadata", {}, "o r", kOpenBlob},
        {"GetBlobMetadata", "HEAD", kBlob, "comp=metadata", {}, "o r", kOpenBlob},
        {"Blob_Delete", "DELETE", kBlob, "", {{"x-ms-delete-snapshots", "include"}}, "o d"},
        {"PageBlob_Create",
         "PUT",
         kBlob,
         "",
         {{"x-ms-blob-type", "PageBlob"}, {"x-ms-blob-content-length", "512"}},
         "o cw"},
        {"AppendBlob_Create", "PUT", kBlob, "", {{"X-MS-Blob-Type", "appendblob"}}, "o cw"},
        {"BlockBlob_Upload", "PUT", kBlob, "", {block}, "o cw"},
        {"BlockBlob_PutBlobFromUrl", "PUT", kBlob, "", {block, source}, "o cw"},
        {"Blob_Undelete", "PUT", kBlob, "comp=undelete", {}, "o w"},
        {"Blob_SetExpiry", "PUT", kBlob, "comp=expiry", {{"x-ms-expiry-option", "NeverExpire"}}, "o w"},
        {"Blob_SetHTTPHeaders", "PUT", kBlob, "comp=properties", {{"x-ms-blob-content-type", "text/plain"}}, "o w"},
        {"Blob_SetImmutabilityPolicy", "PUT", kBlob, "comp=immutabilityPolicies", {}, "o i"},
        {"Blob_DeleteImmutabilityPolicy", "DELETE", kBlob, "comp=immutabilityPolicies", {}, "o i"},
        {"Blob_SetLegalHold", "PUT", kBlob, "comp=legalhold", {{"x-ms-legal-hold", "true"}}, "o i"},
        {"Blob_SetMetadata", "PUT", kBlob, "comp=metadata", {}, "o w"},
        {"Blob_AcquireLease", "PUT", kBlob, "comp=lease", {{"x-ms-lease-action", "acquire"}}, "o w"},
        {"Blob_ReleaseLease", "PUT", kBlob, "comp=lease", {{"x-ms-lease-action", "release"}}, "o w"},
        {"Blob_RenewLease", "PUT", kBlob, "comp=lease", {{"x-ms-lease-action", "renew"}}, "o w"},
        {"Blob_ChangeLease", "PUT", kBlob, "comp=lease", {{"x-ms-lease-action", "change"}}, "o w"},
        {"Blob_BreakLease", "PUT", kBlob, "comp=lease", {{"x-ms-lease-action", "break"}}, "o wd"},
        {"Blob_CreateSnapshot", "PUT", kBlob, "comp=snapshot", {}, "o cw"},
        {"Blob_StartCopyFromURL", "PUT", kBlob, "", {source}, "o cw"},
        {"Blob_CopyFromURL", "PUT", kBlob, "", {source, {"x-ms-requires-sync", "true"}}, "o cw"},
        {"Blob_AbortCopyFromURL", "PUT", kBlob, "comp=copy&copyid=1", {{"x-ms-copy-action", "abort"}}, "o w"},
        {"Blob_SetTier", "PUT", kBlob, "comp=tier", {{"x-ms-access-tier", "Cool"}}, "o w"},
        {"Blob_GetAccountInfo", "GET", kBlob, "restype=account&comp=properties", {}, "any"},
        {"BlockBlob_StageBlock", "PUT", kBlob, "comp=block&blockid=YQ%3D%3D", {}, "o w"},
        {"BlockBlob_StageBlockFromURL", "PUT", kBlob, "comp=block&blockid=YQ%3D%3D", {source}, "o w"},
        {"BlockBlob_CommitBlockList", "PUT", kBlob, "comp=blocklist", {}, "o w"},
        {"BlockBlob_GetBlockList", "GET", kBlob, "comp=blocklist&blocklisttype=all", {}, "o r", kOpenBlob},
        {"PageBlob_UploadPages", "PUT", kBlob, "comp=page", {{"x-ms-page-write", "update"}}, "o w"},
        {"PageBlob_ClearPages", "PUT", kBlob, "comp=page", {{"x-ms-page-write", "clear"}}, "o w"},
        {"PageBlob_UploadPagesFromURL", "PUT", kBlob, "comp=page", {{"x-ms-page-write", "update"}, source}, "o w"},
        {"PageBlob_GetPageRanges", "GET", kBlob, "comp=pagelist", {}, "o r", kOpenBlob},
        {"PageBlob_GetPageRangesDiff", "GET", kBlob, "comp=pagelist&prevsnapshot=2026-01-01", {}, "o r", kOpenBlob},
        {"PageBlob_Resize", "PUT", kBlob, "comp=properties", {{"x-ms-blob-content-length", "1024"}}, "o w"},
        {"PageBlob_UpdateSequenceNumber",
         "PUT",
         kBlob,
         "comp=properties",
         {{"x-ms-sequence-number-action", "max"}},
         "o w"},
        {"PageBlob_CopyIncremental", "PUT", kBlob, "comp=incrementalcopy", {source}, "o cw"},
        {"AppendBlob_AppendBlock", "PUT", kBlob, "comp=appendblock", {}, "o aw"},
        {"AppendBlob_AppendBlockFromUrl", "PUT", kBlob, "comp=appendblock", {source}, "o aw"},
        {"AppendBlob_Seal", "PUT", kBlob, "comp=seal", {}, "o w"},
        {"Blob_Query", "POST", kBlob, "comp=query", {}, "o r", kOpenBlob},
        {"Blob_GetTags", "GET", kBlob, "comp=tags", {}, "o t"},
        {"Blob_SetTags", "PUT", kBlob, "comp=tags", {}, "o t"},
    };
}

Result<const Operation*> match(std::string_view method, Scope scope, std::string_view query,
                               const std::vector<FieldViews::Field>& headers = {}) {
    Request request;
    request.method = parse_method(method);
    request.method_text = method;
    for (const auto& header : headers) request.fields.add(header.name, header.value);
    return match_operation(operations(), request, *Query::parse(query), scope);
}

std::string_view key(const Operation& row) {
    return row.id.empty() ? row.name : row.id;
}

TEST(BlobOperations, AreSelectedByTheirRequests) {
    std::set<std::string_view> seen;
    for (const Row& row : rows()) {
        const auto found = match(row.method, row.scope, row.query, row.headers);
        ASSERT_TRUE(found) << row.id;
        EXPECT_EQ(key(**found), row.id);
        seen.insert(row.id);
    }
    EXPECT_EQ(seen.size(), 72U) << "a row of the table has no request here";
}

TEST(BlobOperations, NeedWhatTheReferenceSays) {
    for (const Row& row : rows()) {
        const auto found = match(row.method, row.scope, row.query, row.headers);
        ASSERT_TRUE(found) << row.id;
        const Needs& needs = (*found)->needs;
        EXPECT_EQ(needs.open_to_public, row.open) << row.id;
        if (row.sas.empty()) continue;  // the reference does not say
        if (row.sas == "never" || row.sas == "any") {
            EXPECT_EQ(needs.by_account_sas, row.sas == "any" ? Needs::ByAccountSas::any : Needs::ByAccountSas::never) << row.id;
            continue;
        }
        EXPECT_EQ(needs.by_account_sas, Needs::ByAccountSas::letters) << row.id;
        EXPECT_EQ(static_cast<char>(needs.type), row.sas[0]) << row.id;
        for (char letter = 'a'; letter <= 'z'; ++letter) {
            EXPECT_EQ(needs.letters.has(letter), row.sas.substr(2).find(letter) != std::string_view::npos)
                << row.id << letter;
        }
    }
}

TEST(BlobOperations, WriteUnlessTheyRead) {
    for (const Operation& row : operations()) {
        const bool reads = row.method == Method::get || row.method == Method::head || row.name == "QueryBlobContents" ||
                           row.name == "GetUserDelegationKey";
        EXPECT_EQ(row.needs.writes, !reads) << row.name;
    }
}

std::string element(const StorageError& error, std::string_view name) {
    if (error.details()) {
        for (const auto& [each, value] : error.details()->elements) {
            if (each == name) return value;
        }
    }
    return "(absent)";
}

TEST(BlobOperations, OfAnUnknownCompDoNotExist) {
    for (const std::string_view method : {"GET", "HEAD", "PUT", "POST", "DELETE"}) {
        for (const Scope scope : {kService, kContainer, kBlob}) {
            for (const std::string_view query :
                 {"comp=nonsense", "restype=container&comp=nonsense", "comp=lists", "comp=nonsense&blockid=YQ%3D%3D"}) {
                const auto found = match(method, scope, query, {{"x-ms-blob-type", "BlockBlob"}});
                ASSERT_FALSE(found) << method << query << (*found)->name;
                EXPECT_EQ(found.error().code(), ErrorCode::invalid_query_parameter_value) << method << query;
                EXPECT_EQ(element(found.error(), "QueryParameterName"), "comp") << method << query;
            }
        }
    }
}

TEST(BlobOperations, OfAnUnknownRestypeDoNotExist) {
    const auto found = match("PUT", kContainer, "restype=nonsense");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::invalid_query_parameter_value);
    EXPECT_EQ(element(found.error(), "QueryParameterName"), "restype");
    EXPECT_EQ(element(found.error(), "QueryParameterValue"), "nonsense");
}

TEST(BlobOperations, NameTheHeaderThatIsMissing) {
    struct Missing {
        Scope scope;
        std::string_view query;
        std::string_view header;
    };
    constexpr Missing kRows[] = {{kBlob, "", "x-ms-blob-type"},
                                 {kBlob, "comp=lease", "x-ms-lease-action"},
                                 {kContainer, "comp=lease&restype=container", "x-ms-lease-action"},
                                 {kBlob, "comp=page", "x-ms-page-write"},
                                 {kBlob, "comp=incrementalcopy", "x-ms-copy-source"}};
    for (const Missing& row : kRows) {
        const auto missing = match("PUT", row.scope, row.query);
        ASSERT_FALSE(missing) << row.query;
        EXPECT_EQ(missing.error().code(), ErrorCode::missing_required_header) << row.query;
        EXPECT_EQ(element(missing.error(), "HeaderName"), row.header);
        if (row.header == "x-ms-copy-source") continue;
        const auto wrong = match("PUT", row.scope, row.query, {{row.header, "nonsense"}});
        ASSERT_FALSE(wrong) << row.query;
        EXPECT_EQ(wrong.error().code(), ErrorCode::invalid_header_value) << row.query;
        EXPECT_EQ(element(wrong.error(), "HeaderName"), row.header);
        EXPECT_EQ(element(wrong.error(), "HeaderValue"), "nonsense");
    }
}

TEST(BlobOperations, NameTheParameterThatIsMissing) {
    const auto found = match("PUT", kBlob, "comp=block");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code(), ErrorCode::missing_required_query_parameter);
    EXPECT_EQ(element(found.error(), "QueryParameterName"), "blockid");
}

std::set<std::string> allowed(const StorageError& error) {
    std::set<std::string> methods;
    if (!error.details()) return methods;
    for (const auto& [name, value] : error.details()->headers) {
        if (name != "Allow") continue;
        std::string rest = value;
        while (!rest.empty()) {
            const std::size_t end = rest.find(", ");
            methods.insert(rest.substr(0, end));
            rest = end == std::string::npos ? "" : rest.substr(end + 2);
        }
    }
    return methods;
}

TEST(BlobOperations, NameTheMethodsOfAResource) {
    struct Wrong {
        std::string_view method;
        Scope scope;
        std::string_view query;
        std::set<std::string> allow;
    };
    const Wrong rows[] = {
        {"POST", kBlob, "", {"GET", "HEAD", "PUT", "DELETE"}},
        {"MERGE", kBlob, "comp=block&blockid=YQ%3D%3D", {"PUT"}},
        {"GET", kBlob, "comp=lease", {"PUT"}},
        {"PUT", kService, "comp=list", {"GET"}},
        {"PUT", kService, "comp=batch", {"POST"}},
        {"PATCH", kContainer, "restype=container", {"GET", "HEAD", "PUT", "DELETE"}},
        {"DELETE", kBlob, "comp=metadata", {"GET", "HEAD", "PUT"}},
        {"BREW", kContainer, "restype=container&comp=acl", {"GET", "HEAD", "PUT"}},
    };
    for (const Wrong& row : rows) {
        const auto found = match(row.method, row.scope, row.query);
        ASSERT_FALSE(found) << row.method << row.query;
        EXPECT_EQ(found.error().code(), ErrorCode::unsupported_http_verb) << row.method << row.query;
        EXPECT_EQ(allowed(found.error()), row.allow) << row.method << " " << row.query;
    }
}

TEST(BlobScope, IsReadFromThePathAndRestype) {
    struct Case {
        std::string_view container;
        std::string_view name;
        std::string_view query;
        Scope scope;
        std::string_view then_container;
        std::string_view then_name;
    };
    constexpr Case kRows[] = {
        {"", "", "comp=list", kService, "", ""},
        {"c", "", "restype=container", kContainer, "c", ""},
        {"c", "", "restype=account&comp=properties", kContainer, "c", ""},
        {"c", "b", "", kBlob, "c", "b"},
        {"c", "b", "restype=account&comp=properties", kBlob, "c", "b"},
        {"b", "", "", kBlob, "$root", "b"},
        {"b", "", "comp=metadata", kBlob, "$root", "b"},
        {"$root", "b", "", kBlob, "$root", "b"},
    };
    for (const Case& row : kRows) {
        Target target;
        target.container = row.container;
        target.name = row.name;
        target.has_name = !row.name.empty();
        EXPECT_EQ(service().scope(target, *Query::parse(row.query)), row.scope) << row.container << "/" << row.name;
        EXPECT_EQ(target.container, row.then_container);
        EXPECT_EQ(target.name, row.then_name);
    }
}

}  // namespace
}  // namespace lazulite::blob
