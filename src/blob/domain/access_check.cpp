#include "blob/domain/access_check.hpp"

#include <algorithm>

namespace lazulite::blob {
namespace {

bool grants_all(int granted, Rwx wanted) { return (granted & wanted) == wanted; }

}  // namespace

bool AclCaller::is_member_of(std::string_view group) const {
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

bool may(const AclCaller& caller, Rwx wanted, const AccessControl& on) {
    if (caller.superuser) return true;
    const auto of = [&](AclType type, std::string_view id = {}) { return on.find(AclScope::access, type, id); };
    if (caller.is(on.owner)) return grants_all(of(AclType::user).value_or(0), wanted);

    const Rwx mask = of(AclType::mask).value_or(kAclEverything);
    if (!caller.object_id.empty()) {
        if (const auto named = of(AclType::user, caller.object_id)) return grants_all(*named & mask, wanted);
    }
    for (const AclEntry& entry : on.entries()) {
        if (entry.scope != AclScope::access || entry.type != AclType::group) continue;
        const bool member = caller.is_member_of(entry.named() ? entry.id : on.group);
        if (member && grants_all(entry.permissions & mask, wanted)) return true;
    }
    // The page masks others too, unlike POSIX, and asks them even where a group refused.
    return grants_all(of(AclType::other).value_or(0) & mask, wanted);
}

bool may_take_away(const AclCaller& caller, const AccessControl& child, const AccessControl& parent) {
    return !parent.sticky() || caller.superuser || caller.is(child.owner) || caller.is(parent.owner);
}

bool may_change_acl(const AclCaller& caller, const AccessControl& of) {
    return caller.superuser || caller.is(of.owner);
}

bool may_change_group(const AclCaller& caller, const AccessControl& of, std::string_view to) {
    return caller.superuser || (caller.is(of.owner) && caller.is_member_of(to));
}

bool may(const AclCaller& caller, const AccessNeeds& needs, std::span<const AccessControl> directories,
         const AccessControl* item) {
    if (caller.superuser) return true;
    if (!directories.empty()) {
        for (const AccessControl& above : directories.first(directories.size() - 1)) {
            if (!may(caller, kAclExecute, above)) return false;
        }
        if (!may(caller, needs.parent, directories.back())) return false;
    }
    if (item == nullptr) return true;
    if (needs.changes_acl && !may_change_acl(caller, *item)) return false;
    if (needs.takes_away && !directories.empty() && !may_take_away(caller, *item, directories.back())) return false;
    return may(caller, needs.item, *item);
}

}  // namespace lazulite::blob
