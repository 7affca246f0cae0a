#include "queue/operations.hpp"

#include "queue/ops/operations.hpp"
#include "queue/rows/queues.hpp"
#include "service/service_operations.hpp"
#include "service/user_delegation_key.hpp"

namespace lazulite::queue {
namespace {

// The level of a resource (`srt`) and the letters of which one is enough, as "Create an account SAS" lists them.
constexpr auto kService = ResourceType::service;
constexpr auto kContainer = ResourceType::container;
constexpr auto kObject = ResourceType::object;

/// Roles know more of it than the letters of a SAS, which are those of Get Messages.
constexpr Needs kDeleteMessage{.type = kObject,
                               .letters = Letters("p"),
                               .service_sas = Reach::object,
                               .role = by_role(Action::process, Action::delete_)};

constexpr auto kAtService = Scope::service;
constexpr auto kAtQueue = Scope::container;
constexpr auto kAtMessages = Scope::messages;
constexpr auto kAtMessage = Scope::message;
constexpr auto kGet = Method::get;
constexpr auto kPut = Method::put;
constexpr auto kPost = Method::post;
constexpr auto kDelete = Method::delete_;

// Every operation of the Queue service. A row without a function is not offered yet and answers 501.
// name                            operation id of the reference's OpenAPI document
//   method, also HEAD, scope, told apart by, needs, run
constexpr auto kOperations = std::to_array<Operation>({
    {"ListQueues", "Service_ListQueuesSegment",
     kGet, false, kAtService, {.comp = "list"}, reads(kService, "l"), list_queues},
    {"SetQueueServiceProperties", "Service_SetProperties",
     kPut, false, kAtService, {.restype = "service", .comp = "properties"}, writes(kService, "w"), set_service_properties},
    {"GetQueueServiceProperties", "Service_GetProperties",
     kGet, false, kAtService, {.restype = "service", .comp = "properties"}, reads(kService, "r"), get_service_properties},
    {"GetQueueServiceStats", "Service_GetStatistics",
     kGet, false, kAtService, {.restype = "service", .comp = "stats"}, reads(kService, "r"), get_service_stats},
    {"GetUserDelegationKey", "Service_GetUserDelegationKey",
     kPost, false, kAtService, {.restype = "service", .comp = "userdelegationkey"}, kUserDelegationKey,
     get_user_delegation_key},

    {"CreateQueue", "Queue_Create",
     kPut, false, kAtQueue, {}, writes(kContainer, "cw"), create_queue},
    {"DeleteQueue", "Queue_Delete",
     kDelete, false, kAtQueue, {}, writes(kContainer, "d"), delete_queue},
    {"GetQueueMetadata", "Queue_GetProperties",
     kGet, true, kAtQueue, {.comp = "metadata"}, from(Reach::container, reads(kContainer, "r")), get_queue_metadata},
    {"SetQueueMetadata", "Queue_SetMetadata",
     kPut, false, kAtQueue, {.comp = "metadata"}, writes(kContainer, "w"), set_queue_metadata},
    {"GetQueueACL", "Queue_GetAccessPolicy",
     kGet, true, kAtQueue, {.comp = "acl"}, kOwnerReads, get_queue_acl},
    {"SetQueueACL", "Queue_SetAccessPolicy",
     kPut, false, kAtQueue, {.comp = "acl"}, kOwnerWrites, set_queue_acl},

    {"PutMessage", "Messages_Enqueue",
     kPost, false, kAtMessages, {}, writes(kObject, "a"), put_message},
    {"GetMessages", "Messages_Dequeue",
     kGet, false, kAtMessages, {}, writes(kObject, "p"), get_messages},
    {"PeekMessages", "Messages_Peek",
     kGet, false, kAtMessages, {.query = "peekonly"}, reads(kObject, "r"), peek_messages},
    {"ClearMessages", "Messages_Clear",
     kDelete, false, kAtMessages, {}, from(Reach::account, writes(kObject, "d")), clear_messages},
    {"UpdateMessage", "MessageId_Update",
     kPut, false, kAtMessage, {}, writes(kObject, "u"), update_message},
    {"DeleteMessage", "MessageId_Delete",
     kDelete, false, kAtMessage, {}, kDeleteMessage, delete_message},
});
static_assert(unambiguous(kOperations), "two rows would answer the same request");

/// `/queue`, `/queue/messages`, `/queue/messages/id`; the target's name becomes the id.
Scope scope_of(Target& target, const Query& /*query*/) {
    constexpr std::string_view kMessages = "messages";
    if (target.container.empty()) return Scope::service;
    if (!target.has_name) return Scope::container;
    if (!target.name.starts_with(kMessages)) return Scope::nothing;
    std::string_view rest = std::string_view(target.name).substr(kMessages.size());
    if (rest.empty() || rest == "/") return Scope::messages;
    if (rest.front() != '/' || rest.find('/', 1) != std::string_view::npos) return Scope::nothing;
    target.name = std::string(rest.substr(1));
    return Scope::message;
}

StoredPolicies stored_policies(ReadTxn& tx, const Target& target) {
    const auto queue = find_queue(tx, target.container);
    return queue ? unpack_policies(queue->policies) : StoredPolicies();
}

}  // namespace

std::span<const Operation> operations() { return kOperations; }

const Service& service() {
    static const Service kQueueService{.kind = ServiceKind::queue,
                                       .server_header = "Lazulite-Queue",
                                       .operations = kOperations,
                                       .scope = scope_of,
                                       .store_kind = "queue",
                                       .stored_policies = stored_policies,
                                       .errors = ErrorFormat::xml};
    return kQueueService;
}

}  // namespace lazulite::queue
