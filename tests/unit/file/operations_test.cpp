#include "file/operations.hpp"

#include <gtest/gtest.h>

#include <set>

namespace lazulite::file {
namespace {

TEST(OperationsOfFiles, AreThoseOfTheReference) {
    // Handles of files are listed and closed by the operations of the same names on directories: they have the same URL.
    const std::set<std::string_view> documented = {
        "Service_SetProperties", "Service_GetProperties", "Service_ListSharesSegment", "Service_GetUserDelegationKey",
        "Share_Create", "Share_GetProperties", "Share_Delete", "Share_AcquireLease", "Share_ReleaseLease", "Share_ChangeLease",
        "Share_RenewLease", "Share_BreakLease", "Share_CreateSnapshot", "Share_CreatePermission", "Share_GetPermission",
        "Share_SetProperties", "Share_SetMetadata", "Share_GetAccessPolicy", "Share_SetAccessPolicy", "Share_GetStatistics",
        "Share_Restore", "Directory_Create", "Directory_GetProperties", "Directory_Delete", "Directory_SetProperties",
        "Directory_SetMetadata", "Directory_ListFilesAndDirectoriesSegment", "Directory_ListHandles", "Directory_ForceCloseHandles",
        "Directory_Rename", "File_Create", "File_Download", "File_GetProperties", "File_Delete", "File_SetHttpHeaders",
        "File_SetMetadata", "File_AcquireLease", "File_ReleaseLease", "File_ChangeLease", "File_BreakLease", "File_UploadRange",
        "File_UploadRangeFromURL", "File_GetRangeList", "File_StartCopy", "File_AbortCopy", "File_Rename",
        "File_CreateSymbolicLink", "File_GetSymbolicLink", "File_CreateHardLink"};
    std::set<std::string_view> rows;
    for (const Operation& row : operations()) {
        EXPECT_TRUE(row.id.empty() || rows.insert(row.id).second) << row.id << " stands twice";
        EXPECT_TRUE(row.offered()) << row.name;
    }
    EXPECT_EQ(rows, documented);
    EXPECT_EQ(operations().size(), documented.size() + 4);  // Get Metadata of three kinds, Clear Range
}

Scope scope_of(std::string_view path, std::string_view query) {
    Target target;
    target.container = path.substr(0, path.find('/'));
    target.has_name = path.find('/') != std::string_view::npos;
    if (target.has_name) target.name = path.substr(path.find('/') + 1);
    const Query parsed = *Query::parse(query);
    return service().scope(target, parsed);
}

TEST(OperationsOfFiles, AreTakenByTheLevelOfTheUrl) {
    EXPECT_EQ(scope_of("", "comp=list"), Scope::service);
    EXPECT_EQ(scope_of("sh", "restype=share"), Scope::container);
    EXPECT_EQ(scope_of("sh", "restype=Share&comp=acl"), Scope::container);
    EXPECT_EQ(scope_of("sh", "restype=directory&comp=list"), Scope::path);
    EXPECT_EQ(scope_of("sh", "comp=listhandles"), Scope::path);
    EXPECT_EQ(scope_of("sh/d", "restype=directory"), Scope::path);
    EXPECT_EQ(scope_of("sh/d/f", ""), Scope::path);
    EXPECT_EQ(scope_of("sh/d", "restype=share"), Scope::path);
}

}  // namespace
}  // namespace lazulite::file
