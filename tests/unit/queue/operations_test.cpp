#include "queue/operations.hpp"

#include <gtest/gtest.h>

#include <set>

namespace lazulite::queue {
namespace {

TEST(OperationsOfQueues, AreThoseOfTheReference) {
    const std::set<std::string_view> documented = {
        "Service_SetProperties", "Service_GetProperties", "Service_GetStatistics", "Service_ListQueuesSegment",
        "Service_GetUserDelegationKey", "Queue_Create", "Queue_GetProperties", "Queue_Delete", "Queue_SetMetadata",
        "Queue_GetAccessPolicy", "Queue_SetAccessPolicy", "Messages_Dequeue", "Messages_Clear", "Messages_Enqueue",
        "Messages_Peek", "MessageId_Update", "MessageId_Delete"};
    std::set<std::string_view> rows;
    for (const Operation& row : operations()) {
        EXPECT_TRUE(rows.insert(row.id).second) << row.id << " stands twice";
        EXPECT_TRUE(row.offered()) << row.name;
    }
    EXPECT_EQ(rows, documented);
}

/// What a path below the account names.
Scope scope_of(std::string_view path, std::string* name = nullptr) {
    Target target;
    target.container = path.substr(0, path.find('/'));
    target.has_name = path.find('/') != std::string_view::npos;
    if (target.has_name) target.name = path.substr(path.find('/') + 1);
    const Scope scope = service().scope(target, *Query::parse(""));
    if (name) *name = target.name;
    return scope;
}

TEST(OperationsOfQueues, AreTakenByTheLevelOfTheUrl) {
    EXPECT_EQ(scope_of(""), Scope::service);
    EXPECT_EQ(scope_of("que"), Scope::container);
    EXPECT_EQ(scope_of("que/messages"), Scope::messages);
    EXPECT_EQ(scope_of("que/messages/"), Scope::messages);
    std::string name;
    EXPECT_EQ(scope_of("que/messages/1", &name), Scope::message);
    EXPECT_EQ(name, "1");
    for (const std::string_view path : {"que/message", "que/messagesx", "que/messages/1/2", "que/other"}) {
        EXPECT_EQ(scope_of(path), Scope::nothing) << path;
    }
}

}  // namespace
}  // namespace lazulite::queue
