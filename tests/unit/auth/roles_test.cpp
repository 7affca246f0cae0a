#include "auth/roles.hpp"

#include <gtest/gtest.h>

namespace lazulite {
namespace {

// Reference: "Authorize with Microsoft Entra ID", permissions for calling data operations.

std::string needed(const Needs& needs, ServiceLetter service) {
    return text_of(needed_rights(needs, service), service);
}

struct Asked {
    ServiceLetter service;
    ResourceType type;
    const char* letters;
    bool writes;
    const char* needed;
};

TEST(Roles, AnOperationNeedsWhatTheReferenceLists) {
    using enum ServiceLetter;
    using enum ResourceType;
    const Asked cases[] = {
        {blob, service, "l", false, "blobServices/containers/read"},          // List Containers
        {blob, service, "r", false, "blobServices/read"},                     // Get Blob Service Properties
        {blob, service, "w", true, "blobServices/write"},                     // Set Blob Service Properties
        {queue, service, "l", false, "queueServices/queues/read"},            // List Queues
        {file, service, "w", true, "fileServices/write"},                     // Set File Service Properties
        {blob, container, "l", false, "blobServices/containers/blobs/read"},  // List Blobs
        {blob, container, "f", false, "blobServices/containers/blobs/filter/action"},
        {blob, container, "r", false, "blobServices/containers/read"},     // Get Container Properties
        {blob, container, "cw", true, "blobServices/containers/write"},    // Create Container
        {blob, container, "d", true, "blobServices/containers/delete"},    // Delete Container
        {blob, container, "dw", true, "blobServices/containers/write"},    // Lease Container
        {table, container, "l", false, "tableServices/tables/read"},       // Query Tables
        {blob, object, "r", false, "blobServices/containers/blobs/read"},  // Get Blob
        {blob, object, "cw", true, "blobServices/containers/blobs/write or blobServices/containers/blobs/add/action"},
        {blob, object, "aw", true, "blobServices/containers/blobs/write or blobServices/containers/blobs/add/action"},
        {blob, object, "w", true, "blobServices/containers/blobs/write"},   // Set Blob Properties
        {blob, object, "d", true, "blobServices/containers/blobs/delete"},  // Delete Blob
        {blob, object, "f", false, "blobServices/containers/blobs/filter/action"},
        {blob, object, "t", false, "blobServices/containers/blobs/tags/read"},  // Get Blob Tags
        {blob, object, "t", true, "blobServices/containers/blobs/tags/write"},  // Set Blob Tags
        {blob, object, "x", true, "blobServices/containers/blobs/deleteBlobVersion/action"},
        {blob, object, "y", true, "blobServices/containers/blobs/permanentDelete/action"},
        {blob, object, "i", true, "blobServices/containers/blobs/immutableStorage/runAsSuperUser/action"},
        {queue, object, "a", true, "queueServices/queues/messages/write or queueServices/queues/messages/add/action"},
        {queue, object, "p", true,
         "queueServices/queues/messages/process/action or queueServices/queues/messages/read, "
         "queueServices/queues/messages/delete"},                            // Get Messages
        {queue, object, "u", true, "queueServices/queues/messages/write"},   // Update Message
        {queue, object, "r", false, "queueServices/queues/messages/read"},   // Peek Messages
        {queue, object, "d", true, "queueServices/queues/messages/delete"},  // Clear Messages
        {table, object, "a", true, "tableServices/tables/entities/write or tableServices/tables/entities/add/action"},
        {table, object, "u", true,
         "tableServices/tables/entities/write or tableServices/tables/entities/update/action"},
        {table, object, "r", false, "tableServices/tables/entities/read"},   // Query Entities
        {table, object, "d", true, "tableServices/tables/entities/delete"},  // Delete Entity
        {file, object, "r", false, "fileServices/fileshares/files/read"},    // Get File
        {file, object, "d", true, "fileServices/fileshares/files/write"},    // Delete File
    };
    for (const Asked& each : cases) {
        const std::string text =
            needed({.type = each.type, .letters = Letters(each.letters), .writes = each.writes}, each.service);
        // The order of two sets says nothing.
        const std::string turned =
            text.find(" or ") == std::string::npos
                ? text
                : text.substr(text.find(" or ") + 4) + " or " + text.substr(0, text.find(" or "));
        EXPECT_TRUE(text == each.needed || turned == each.needed) << each.needed << " is not " << text;
    }
}

TEST(Roles, GetUserDelegationKeyHasAnActionOfItsOwn) {
    const Needs needs{.type = ResourceType::service, .letters = Letters("r"), .writes = true, .bearer_only = true};
    EXPECT_EQ(needed(needs, ServiceLetter::blob), "blobServices/generateUserDelegationKey/action");
    EXPECT_EQ(needed(needs, ServiceLetter::queue), "queueServices/generateUserDelegationKey/action");
}

TEST(Roles, WhatAnAccountSasNeverMayIsAboutPermissions) {
    Needs needs{.by_account_sas = Needs::ByAccountSas::never, .type = ResourceType::container, .writes = false};
    EXPECT_EQ(needed(needs, ServiceLetter::blob), "blobServices/containers/getAcl/action");
    needs.writes = true;
    EXPECT_EQ(needed(needs, ServiceLetter::queue), "queueServices/queues/setAcl/action");
}

TEST(Roles, HeadersAskForMore) {
    Needs needs{.letters = Letters("w"), .also = Letters("t")};
    EXPECT_EQ(needed(needs, ServiceLetter::blob),
              "blobServices/containers/blobs/write, blobServices/containers/blobs/tags/write");
    needs.also = Letters("i");
    EXPECT_EQ(
        needed(needs, ServiceLetter::blob),
        "blobServices/containers/blobs/write, blobServices/containers/blobs/immutableStorage/runAsSuperUser/action");
    EXPECT_EQ(needed(needs, ServiceLetter::file), "fileServices/fileshares/files/write");

    // Insert Or Merge Entity.
    const NeededRights rights = needed_rights({.letters = Letters("a"), .also = Letters("u")}, ServiceLetter::table);
    EXPECT_TRUE(rights.within({Action::add, Action::update}));
    EXPECT_TRUE(rights.within({Action::write}));
    EXPECT_FALSE(rights.within({Action::add}));
}

TEST(Roles, ABatchNeedsNothingItself) {
    const Needs needs{.by_account_sas = Needs::ByAccountSas::any, .letters = Letters("w"), .also = Letters("t")};
    EXPECT_TRUE(needed_rights(needs, ServiceLetter::blob).none());
}

TEST(Roles, AreFoundByNameAndById) {
    const Role* const reader = find_role("storage blob data READER");
    ASSERT_NE(reader, nullptr);
    EXPECT_EQ(reader->id, "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1");
    EXPECT_EQ(find_role("2A2B9908-6EA1-4AE2-8E65-A410DF84E7D1"), reader);
    EXPECT_EQ(find_role("Storage Blob Data"), nullptr);
    EXPECT_EQ(roles().size(), 16U);
    EXPECT_EQ(roles().front().name, "Storage Account Contributor");
}

TEST(Roles, AllRightsAreEverything) {
    EXPECT_EQ(text_of(Rights::all(), ServiceLetter::queue), "everything");
    EXPECT_EQ(text_of(Rights{}, ServiceLetter::queue), "");
}

}  // namespace
}  // namespace lazulite
