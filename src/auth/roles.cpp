#include "auth/roles.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"

namespace lazulite {
namespace {

using enum Action;

// Reference: "Azure built-in roles for Storage", the actions and data actions of each. What SMB alone makes use of is left
// out. The privileged file roles read and write past the permissions of a
// file, for which a request must say its intent.
constexpr Role kRoles[] = {
    {"Storage Account Contributor", "17d1049b-9a84-46fb-8f53-869881c3d3ab", std::nullopt,
     {service_read, service_write, service_info, delegation_key, container_read, container_write, container_delete,
      container_get_acl, container_set_acl}},

    {"Storage Blob Data Owner", "b7e6dc6d-f1e8-4753-8033-0f276bb0955b", ServiceLetter::blob,
     {delegation_key, container_read, container_write, container_delete, container_get_acl, container_set_acl, read,
      write, add, delete_, filter, tags_read, tags_write, delete_version, permanent_delete, immutability, move,
      manage_ownership, modify_permissions}},
    {"Storage Blob Data Contributor", "ba92f5b4-2d11-453d-a403-e96b0029c9fe", ServiceLetter::blob,
     {delegation_key, container_read, container_write, container_delete, read, write, add, delete_, move}},
    {"Storage Blob Data Reader", "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", ServiceLetter::blob,
     {delegation_key, container_read, read}},
    {"Storage Blob Delegator", "db58b8e5-c6ad-4a2a-8342-4190687cbf4a", ServiceLetter::blob, {delegation_key}},

    {"Storage Queue Data Contributor", "974c5e8b-45b9-4653-ba55-5f855dd0fb88", ServiceLetter::queue,
     {container_read, container_write, container_delete, read, write, delete_, process}},
    {"Storage Queue Data Reader", "19e7f393-937e-4f77-808e-94535e297925", ServiceLetter::queue, {container_read, read}},
    {"Storage Queue Data Message Processor", "8a0f0c08-91a1-4084-bc3d-661d67233fed", ServiceLetter::queue,
     {read, process}},
    {"Storage Queue Data Message Sender", "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a", ServiceLetter::queue, {add}},
    {"Storage Queue Delegator", "7ee386e9-84f0-448e-80a6-f185f6533131", ServiceLetter::queue, {delegation_key}},

    {"Storage Table Data Contributor", "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", ServiceLetter::table,
     {container_read, container_write, container_delete, read, write, add, update, delete_}},
    {"Storage Table Data Reader", "76199698-9eea-4c19-bc75-cec21354c6b6", ServiceLetter::table, {container_read, read}},
    {"Storage Table Delegator", "965033a5-c8eb-4f35-b82f-fef460a3606d", ServiceLetter::table, {delegation_key}},

    {"Storage File Data Privileged Contributor", "69566ab7-960f-475b-8e7c-b3118f30c6bd", ServiceLetter::file, {read, write, delete_}},
    {"Storage File Data Privileged Reader", "b8eda974-7b85-4f76-af95-65846b26df6d", ServiceLetter::file, {read}},
    {"Storage File Delegator", "765a04e0-5de8-4bb2-9bf6-b2a30bc03e91", ServiceLetter::file, {delegation_key}},
};

/// Of one service: what its name begins with, its containers and what is in them.
struct ActionNames {
    std::string_view service;
    std::string_view container;
    std::string_view object;
};
ActionNames names_in(ServiceLetter service) {
    switch (service) {
        case ServiceLetter::blob: return {"blobServices/", "containers/", "blobs/"};
        case ServiceLetter::queue: return {"queueServices/", "queues/", "messages/"};
        case ServiceLetter::table: return {"tableServices/", "tables/", "entities/"};
        case ServiceLetter::file: break;
    }
    return {"fileServices/", "fileshares/", "files/"};
}

enum class Level : std::uint8_t { service, container, object };
struct ActionName {
    Action action;
    Level level;
    std::string_view name;
};
constexpr ActionName kActionNames[] = {
    {service_read, Level::service, "read"},
    {service_write, Level::service, "write"},
    {service_info, Level::service, "getInfo/action"},
    {delegation_key, Level::service, "generateUserDelegationKey/action"},
    {container_read, Level::container, "read"},
    {container_write, Level::container, "write"},
    {container_delete, Level::container, "delete"},
    {container_get_acl, Level::container, "getAcl/action"},
    {container_set_acl, Level::container, "setAcl/action"},
    {read, Level::object, "read"},
    {write, Level::object, "write"},
    {add, Level::object, "add/action"},
    {update, Level::object, "update/action"},
    {delete_, Level::object, "delete"},
    {process, Level::object, "process/action"},
    {filter, Level::object, "filter/action"},
    {tags_read, Level::object, "tags/read"},
    {tags_write, Level::object, "tags/write"},
    {delete_version, Level::object, "deleteBlobVersion/action"},
    {permanent_delete, Level::object, "permanentDelete/action"},
    {immutability, Level::object, "immutableStorage/runAsSuperUser/action"},
    {move, Level::object, "move/action"},
    {manage_ownership, Level::object, "manageOwnership/action"},
    {modify_permissions, Level::object, "modifyPermissions/action"},
};

NeededRights one(Action action) { return {{Rights{action}, Rights{}}}; }
NeededRights either(Rights a, Rights b) { return {{a, b}}; }

NeededRights of_service(const Needs& needs) {
    if (needs.bearer_only) return one(delegation_key);
    if (needs.letters.has('l')) return one(container_read);
    return one(needs.writes ? service_write : service_read);
}

NeededRights of_container(const Needs& needs, ServiceLetter service) {
    if (needs.by_account_sas == Needs::ByAccountSas::never) return one(needs.writes ? container_set_acl : container_get_acl);
    // Names of tables are read as tables, names of blobs and files as what they name.
    if (needs.letters.has('l')) return one(service == ServiceLetter::table ? container_read : read);
    if (needs.letters.has('f')) return one(filter);
    if (!needs.writes) return one(container_read);
    return one(needs.letters.has('d') && !needs.letters.has('w') ? container_delete : container_write);
}

NeededRights of_blob(const Needs& needs) {
    const Letters letters = needs.letters;
    if (letters.has('f')) return one(filter);
    if (letters.has('t')) return one(needs.writes ? tags_write : tags_read);
    if (letters.has('i')) return one(immutability);
    if (letters.has('x')) return one(delete_version);
    if (letters.has('y')) return one(permanent_delete);
    if (!needs.writes) return one(read);
    if (!letters.has('w')) return one(delete_);
    // What makes something new, or adds to it, needs less than what changes it.
    return letters.any_of(Letters("ac")) ? either({write}, {add}) : one(write);
}

NeededRights of_message(const Needs& needs) {
    const Letters letters = needs.letters;
    if (letters.has('a')) return either({add}, {write});
    if (letters.has('p')) return either({process}, {delete_, read});
    if (letters.has('u')) return one(write);
    return one(letters.has('d') ? delete_ : read);
}

NeededRights of_entity(const Needs& needs) {
    const Letters letters = needs.letters;
    if (letters.has('a')) return either({write}, needs.also.has('u') ? Rights{add, update} : Rights{add});
    if (letters.has('u')) return either({write}, {update});
    return one(letters.has('d') ? delete_ : read);
}

NeededRights of_object(const Needs& needs, ServiceLetter service) {
    if (needs.by_account_sas == Needs::ByAccountSas::any) return {};  // its parts are judged one by one
    switch (service) {
        case ServiceLetter::blob: return of_blob(needs);
        case ServiceLetter::queue: return of_message(needs);
        case ServiceLetter::table: return of_entity(needs);
        case ServiceLetter::file: break;
    }
    return one(needs.writes ? write : read);  // deleting a file is writing, too
}

}  // namespace

std::string text_of(Rights rights, ServiceLetter service) {
    if (rights.all_of(Rights::all())) return "everything";
    const ActionNames in = names_in(service);
    std::string text;
    for (const ActionName& each : kActionNames) {
        if (!rights.has(each.action)) continue;
        text.append(text.empty() ? "" : ", ").append(in.service);
        if (each.level != Level::service) text.append(in.container);
        if (each.level == Level::object) text.append(in.object);
        text.append(each.name);
    }
    return text;
}

std::string text_of(const NeededRights& needed, ServiceLetter service) {
    std::string text = text_of(needed.any_of[0], service);
    if (!needed.any_of[1].empty()) text.append(" or ").append(text_of(needed.any_of[1], service));
    return text;
}

std::span<const Role> roles() { return kRoles; }

const Role* find_role(std::string_view name_or_id) {
    const auto at = std::find_if(std::begin(kRoles), std::end(kRoles), [&](const Role& role) {
        return equals_ignoring_case(role.name, name_or_id) || equals_ignoring_case(role.id, name_or_id);
    });
    return at == std::end(kRoles) ? nullptr : at;
}

NeededRights needed_rights(const Needs& needs, ServiceLetter service) {
    if (!needs.role.none()) return needs.role;
    NeededRights needed;
    switch (needs.type) {
        case ResourceType::service: needed = of_service(needs); break;
        case ResourceType::container: needed = of_container(needs, service); break;
        case ResourceType::object: needed = of_object(needs, service); break;
    }
    // What a header of the request asks for beside it.
    for (Rights& rights : needed.any_of) {
        if (rights.empty() || service != ServiceLetter::blob) continue;
        if (needs.also.has('t')) rights |= {tags_write};
        if (needs.also.has('i')) rights |= {immutability};
    }
    return needed;
}

}  // namespace lazulite
