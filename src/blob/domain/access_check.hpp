#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "blob/domain/access_control.hpp"

namespace lazulite::blob {

/// Who asks, as lists of access know them.
struct AclCaller {
    std::string object_id;            ///< in small letters; nobody's where empty
    std::vector<std::string> groups;  ///< that the caller is a member of
    bool superuser = false;           ///< Shared Key, a SAS without `suoid`, Storage Blob Data Owner

    [[nodiscard]] bool is(std::string_view id) const { return !object_id.empty() && object_id == id; }
    [[nodiscard]] bool is_member_of(std::string_view group) const;
};

/// May the caller have all of `wanted` on this one path? The first of superuser, owner and named user decides; then any
/// one of the owning and named groups may grant all of it, and at last what others may. Reference: "Access control
/// lists (ACLs) in Azure Data Lake Storage", "How permissions are evaluated".
[[nodiscard]] bool may(const AclCaller& caller, Rwx wanted, const AccessControl& on);

/// The sticky bit of `parent`: whether the caller may delete or rename `child`, for all that the list of `parent`
/// grants.
[[nodiscard]] bool may_take_away(const AclCaller& caller, const AccessControl& child, const AccessControl& parent);

/// Permissions and the list may be changed by the owner; the group by the owner, to one they are a member of.
[[nodiscard]] bool may_change_acl(const AclCaller& caller, const AccessControl& of);
[[nodiscard]] bool may_change_group(const AclCaller& caller, const AccessControl& of, std::string_view to);
[[nodiscard]] inline bool may_change_owner(const AclCaller& caller) { return caller.superuser; }

/// What an operation needs of the directories on the way to its path, and of the path.
struct AccessNeeds {
    Rwx item = 0;              ///< of the path, where there is something
    Rwx parent = kAclExecute;  ///< of the directory that holds it; those above need execute
    bool takes_away = false;   ///< deletes or renames the path: the sticky bit counts
    bool changes_acl = false;  ///< the owner's alone

    /// What is left to ask for of those whose role lets them read everything (Storage Blob Data Reader), where the role
    /// alone does not grant the operation: the table of "Access control model in Azure Data Lake Storage".
    [[nodiscard]] constexpr AccessNeeds of_reader() const {
        AccessNeeds left = *this;
        left.item = static_cast<Rwx>(item & ~kAclRead);
        return left;
    }
    friend bool operator==(const AccessNeeds&, const AccessNeeds&) = default;
};

// Reference: the same page, "Common scenarios related to ACL permissions", and "Which permissions are required to
// recursively delete a directory and its contents?". A rename needs to delete its source, and to create its destination
// (or, where something stands there, to delete that).
inline constexpr AccessNeeds kToSeeStatus{};  ///< system properties, and the list itself
inline constexpr AccessNeeds kToReadFile{.item = kAclRead};
inline constexpr AccessNeeds kToAppend{.item = kAclRead | kAclWrite};
inline constexpr AccessNeeds kToWriteFile{.item = kAclWrite};  ///< all of it anew, or its properties
inline constexpr AccessNeeds kToListDirectory{.item = kAclRead | kAclExecute};
inline constexpr AccessNeeds kToCreate{.parent = kAclWrite | kAclExecute};
inline constexpr AccessNeeds kToDelete{.parent = kAclWrite | kAclExecute, .takes_away = true};
inline constexpr AccessNeeds kToDeleteWithContents{
    .item = kAclEverything, .parent = kAclWrite | kAclExecute, .takes_away = true};
inline constexpr AccessNeeds kToChangeAcl{.changes_acl = true};

/// `directories` lead to the path, from the root to the one that holds it; for the root itself there are none. Where
/// one of them does not exist, the last that does stands for the one that would hold what is made. `item`: null where
/// nothing is.
[[nodiscard]] bool may(const AclCaller& caller, const AccessNeeds& needs, std::span<const AccessControl> directories,
                       const AccessControl* item);

}  // namespace lazulite::blob
