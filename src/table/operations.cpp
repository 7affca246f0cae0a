#include "table/operations.hpp"

#include "base/text.hpp"
#include "service/service_operations.hpp"
#include "service/user_delegation_key.hpp"
#include "table/domain/key.hpp"
#include "table/ops/operations.hpp"
#include "table/rows/schema.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

// The level of a resource (`srt`) and the letters of which one is enough, as "Create an account SAS" lists them.
constexpr auto kService = ResourceType::service;
constexpr auto kContainer = ResourceType::container;

constexpr auto kAtService = Scope::service;
constexpr auto kAtTables = Scope::tables;
constexpr auto kAtTableEntry = Scope::table;
constexpr auto kAtTable = Scope::container;
constexpr auto kAtEntity = Scope::entity;
constexpr auto kAtBatch = Scope::batch;
constexpr auto kGet = Method::get;
constexpr auto kPut = Method::put;
constexpr auto kPost = Method::post;
constexpr auto kPatch = Method::patch;
constexpr auto kDelete = Method::delete_;
constexpr Match::HeaderIs kConditional{"If-Match", ""};
/// Each part of a batch is judged by itself.
constexpr Needs kPostsBatch{
    .by_account_sas = Needs::ByAccountSas::any, .type = ResourceType::object, .service_sas = Reach::object};

using enum ChangeKind;

// Every operation of the Table service. A row without a function is not offered yet and answers 501. MERGE is PATCH here.
// name                            operation id of the reference's OpenAPI document
//   method, also HEAD, scope, told apart by, needs, run
constexpr auto kOperations = std::to_array<Operation>({
    {"SetTableServiceProperties", "Service_SetProperties",
     kPut, false, kAtService, {.restype = "service", .comp = "properties"}, writes(kService, "w"), set_service_properties},
    {"GetTableServiceProperties", "Service_GetProperties",
     kGet, false, kAtService, {.restype = "service", .comp = "properties"}, reads(kService, "r"), get_service_properties},
    {"GetTableServiceStats", "Service_GetStatistics",
     kGet, false, kAtService, {.restype = "service", .comp = "stats"}, reads(kService, "r"), get_service_stats},
    {"GetUserDelegationKey", "",
     kPost, false, kAtService, {.restype = "service", .comp = "userdelegationkey"}, kUserDelegationKey,
     get_user_delegation_key},

    {"QueryTables", "Table_Query",
     kGet, false, kAtTables, {}, reads(kContainer, "l"), query_tables},
    {"GetTable", "",
     kGet, false, kAtTableEntry, {}, reads(kContainer, "l"), get_table},
    {"CreateTable", "Table_Create",
     kPost, false, kAtTables, {}, writes(kContainer, "cw"), create_table},
    {"DeleteTable", "Table_Delete",
     kDelete, false, kAtTableEntry, {}, writes(kContainer, "d"), delete_table},
    {"GetTableACL", "Table_GetAccessPolicy",
     kGet, true, kAtTable, {.comp = "acl"}, kOwnerReads, get_table_acl},
    {"SetTableACL", "Table_SetAccessPolicy",
     kPut, false, kAtTable, {.comp = "acl"}, kOwnerWrites, set_table_acl},

    {"QueryEntities", "Table_QueryEntities",
     kGet, false, kAtTable, {}, kReadsEntities, query_entities},
    {"GetEntity", "Table_QueryEntityWithPartitionAndRowKey",
     kGet, false, kAtEntity, {}, kReadsEntities, get_entity},
    {"InsertEntity", "Table_InsertEntity",
     kPost, false, kAtTable, {}, needs_of(insert), change_entity<insert>},
    {"UpdateEntity", "Table_UpdateEntity",
     kPut, false, kAtEntity, {.headers = {kConditional}}, needs_of(update), change_entity<update>},
    {"MergeEntity", "Table_MergeEntity",
     kPatch, false, kAtEntity, {.headers = {kConditional}}, needs_of(merge), change_entity<merge>},
    {"InsertOrReplaceEntity", "Table_UpdateEntity",
     kPut, false, kAtEntity, {}, needs_of(insert_or_replace), change_entity<insert_or_replace>},
    {"InsertOrMergeEntity", "Table_MergeEntity",
     kPatch, false, kAtEntity, {}, needs_of(insert_or_merge), change_entity<insert_or_merge>},
    {"DeleteEntity", "Table_DeleteEntity",
     kDelete, false, kAtEntity, {.headers = {kConditional}}, needs_of(remove), change_entity<remove>},
    {"Batch", "",
     kPost, false, kAtBatch, {}, kPostsBatch, batch},
});
static_assert(unambiguous(kOperations), "two rows would answer the same request");

/// `name(...)`: the name, and what stands in the parentheses; nothing where there are none.
std::optional<std::string> take_parentheses(std::string& text) {
    const std::size_t open = text.find('(');
    if (open == std::string::npos || !text.ends_with(')')) return std::nullopt;
    std::string inside = text.substr(open + 1, text.size() - open - 2);
    text.resize(open);
    return inside;
}

/// `/Tables`, `/Tables('name')`, `/name`, `/name()`, `/name(PartitionKey='p',RowKey='r')`, `/$batch`. Afterwards the
/// target's container is the table of an entity, and its name what the parentheses hold.
Scope scope_of(Target& target, const Query& /*query*/) {
    if (target.container.empty()) return Scope::service;
    // A slash in a key: no key may hold one, and that is said of the key.
    if (target.has_name && target.container.find('(') != std::string::npos) target.container += "/" + target.name;
    else if (target.has_name) return Scope::nothing;
    target.name.clear();
    target.has_name = false;
    if (target.container == "$batch") {
        target.container.clear();
        return Scope::batch;
    }
    const auto inside = take_parentheses(target.container);
    if (target.container == "Tables") {
        target.container.clear();
        if (!inside || inside->empty()) return Scope::tables;
        const auto name = unquoted(*inside);
        if (!name) return Scope::nothing;
        target.name = *name;
        target.has_name = true;
        return Scope::table;
    }
    if (!inside || inside->empty()) return Scope::container;
    target.name = *inside;
    target.has_name = true;
    return Scope::entity;
}

/// MERGE is PATCH. A POST may name another method in X-HTTP-Method. Reference: "Merge Entity"; OData 2.0, "Operations".
Result<Method> method_of(const Request& request) {
    Method method = request.method;
    if (const auto named = request.fields.find("X-HTTP-Method")) {
        if (method != Method::post) return fail(ErrorCode::x_method_not_using_post);
        if (named->find(',') != std::string_view::npos) return fail(ErrorCode::x_method_incorrect_count);
        method = parse_method(*named);
        const bool known = method == Method::merge || method == Method::patch || method == Method::put ||
                           method == Method::delete_ || method == Method::get;
        if (!known) return fail(ErrorCode::x_method_incorrect_value);
    }
    return method == Method::merge ? Method::patch : method;
}

/// JSON, unless the client asks for Atom or XML and for no JSON.
ErrorFormat errors_for(const Request& request) {
    const std::string accepted = to_lower(request.fields.value_or_empty("Accept"));
    const auto names = [&accepted](std::string_view word) { return accepted.find(word) != std::string::npos; };
    return names("xml") && !names("json") ? ErrorFormat::table_xml : ErrorFormat::table_json;
}

StoredPolicies policies_of(ReadTxn& tx, const Target& target) {
    const auto table = find_table(tx, target.container);
    return table ? unpack_policies(table->policies) : StoredPolicies();
}

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Service& service() {
    static const Service kTableService{.kind = ServiceKind::table,
                                       .server_header = "Lazulite-Table",
                                       .operations = kOperations,
                                       .scope = scope_of,
                                       .store_kind = "table",
                                       .stored_policies = policies_of,
                                       .method = method_of,
                                       .wrong_method = ErrorCode::method_not_allowed,
                                       .errors = ErrorFormat::table_json,
                                       .errors_for = errors_for,
                                       .version_without_header = kOldestVersion,
                                       .bearer_since = {2019, 2, 2}};
    return kTableService;
}

}  // namespace lazulite::table
