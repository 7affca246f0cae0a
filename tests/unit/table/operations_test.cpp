#include "table/operations.hpp"

#include <gtest/gtest.h>

#include <set>

namespace lazulite::table {
namespace {

TEST(OperationsOfTables, AreThoseOfTheReference) {
    const std::set<std::string_view> documented = {"SetTableServiceProperties",
                                                   "GetTableServiceProperties",
                                                   "GetTableServiceStats",
                                                   "GetUserDelegationKey",
                                                   "QueryTables",
                                                   "GetTable",
                                                   "CreateTable",
                                                   "DeleteTable",
                                                   "GetTableACL",
                                                   "SetTableACL",
                                                   "QueryEntities",
                                                   "GetEntity",
                                                   "InsertEntity",
                                                   "UpdateEntity",
                                                   "MergeEntity",
                                                   "InsertOrReplaceEntity",
                                                   "InsertOrMergeEntity",
                                                   "DeleteEntity",
                                                   "Batch"};
    std::set<std::string_view> rows;
    for (const Operation& row : operations()) {
        EXPECT_TRUE(rows.insert(row.name).second) << row.name << " stands twice";
        EXPECT_TRUE(row.offered()) << row.name;
    }
    EXPECT_EQ(rows, documented);
}

/// What a decoded path below the account names.
struct Named {
    Scope scope = Scope::nothing;
    Target target = {};
};
Named named(std::string_view path) {
    Named result;
    result.target.container = path.substr(0, path.find('/'));
    result.target.has_name = path.find('/') != std::string_view::npos;
    if (result.target.has_name) result.target.name = path.substr(path.find('/') + 1);
    result.scope = service().scope(result.target, *Query::parse(""));
    return result;
}

TEST(OperationsOfTables, AreTakenByTheFormOfTheUrl) {
    EXPECT_EQ(named("").scope, Scope::service);
    EXPECT_EQ(named("Tables").scope, Scope::tables);
    EXPECT_EQ(named("Tables()").scope, Scope::tables);
    EXPECT_EQ(named("$batch").scope, Scope::batch);
    EXPECT_EQ(named("people").scope, Scope::container);
    EXPECT_EQ(named("people()").scope, Scope::container);
    EXPECT_EQ(named("people()").target.container, "people");
    const Named table = named("Tables('people')");
    EXPECT_EQ(table.scope, Scope::table);
    EXPECT_EQ(table.target.container, "");
    EXPECT_EQ(table.target.name, "people");
    const Named entity = named("people(PartitionKey='(a)',RowKey='b)')");
    EXPECT_EQ(entity.scope, Scope::entity);
    EXPECT_EQ(entity.target.container, "people");
    EXPECT_EQ(entity.target.name, "PartitionKey='(a)',RowKey='b)'");
    EXPECT_EQ(named("people(PartitionKey='a/b',RowKey='c')").target.name, "PartitionKey='a/b',RowKey='c'");
    EXPECT_EQ(named("people/other").scope, Scope::nothing);
    EXPECT_EQ(named("Tables(people)").scope, Scope::nothing);
    // No table is called so: what looks like one is refused as a name.
    EXPECT_EQ(named("tables").scope, Scope::container);
}

Result<Method> method_of(Method method, std::string_view named_method) {
    Request request;
    request.method = method;
    if (!named_method.empty()) request.fields.add("X-HTTP-Method", named_method);
    return service().method(request);
}

TEST(OperationsOfTables, MayComeAsPost) {
    EXPECT_EQ(*method_of(Method::post, ""), Method::post);
    EXPECT_EQ(*method_of(Method::merge, ""), Method::patch);
    EXPECT_EQ(*method_of(Method::post, "MERGE"), Method::patch);
    EXPECT_EQ(*method_of(Method::post, "PUT"), Method::put);
    EXPECT_EQ(*method_of(Method::post, "DELETE"), Method::delete_);
    EXPECT_EQ(method_of(Method::put, "MERGE").error().code(), ErrorCode::x_method_not_using_post);
    EXPECT_EQ(method_of(Method::post, "POST").error().code(), ErrorCode::x_method_incorrect_value);
    EXPECT_EQ(method_of(Method::post, "MERGE,PUT").error().code(), ErrorCode::x_method_incorrect_count);
}

}  // namespace
}  // namespace lazulite::table
