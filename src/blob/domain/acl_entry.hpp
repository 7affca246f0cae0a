#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace lazulite::blob {

/// What one entry grants: read 4, write 2, execute 1.
using Rwx = std::uint8_t;
inline constexpr Rwx kAclRead = 4;
inline constexpr Rwx kAclWrite = 2;
inline constexpr Rwx kAclExecute = 1;
inline constexpr Rwx kAclEverything = 7;

/// Owner, owning group and others as three octal digits, and the sticky bit before them.
using PathMode = std::uint16_t;
inline constexpr PathMode kStickyBit = 01000;
inline constexpr PathMode kModeOfNewFile = 0666;
inline constexpr PathMode kModeOfNewDirectory = 0777;
inline constexpr PathMode kDefaultUmask = 0027;
[[nodiscard]] constexpr Rwx owner_bits(PathMode mode) { return mode >> 6 & 7; }
[[nodiscard]] constexpr Rwx group_bits(PathMode mode) { return mode >> 3 & 7; }
[[nodiscard]] constexpr Rwx other_bits(PathMode mode) { return mode & 7; }

/// `x-ms-permissions`: `rwxr-x--t`, `1751` or `751`. Fails with invalid_permission.
[[nodiscard]] Result<PathMode> parse_path_permissions(std::string_view text);
/// `x-ms-umask`: `0027` or `027`. Fails with invalid_header_value.
[[nodiscard]] Result<PathMode> parse_umask(std::string_view text);
/// `rwxr-x---`; `t` or, where others may not execute, `T` at the end with the sticky bit.
[[nodiscard]] std::string print_mode(PathMode mode);

enum class AclScope : std::uint8_t { access = 0, inherited = 1 };  ///< the latter is `default:` on the wire
enum class AclType : std::uint8_t { user = 0, group = 1, mask = 2, other = 3 };

/// One entry. A user or group without an id is the owner, the owning group; masks and others have none.
/// They compare in the order in which lists of them are kept and shown.
struct AclEntry {
    AclScope scope = AclScope::access;
    AclType type = AclType::user;
    std::string id;  ///< an object id in small letters, or a user principal name
    Rwx permissions = 0;

    /// Counts against the mask: a named user, the owning group, a named group.
    [[nodiscard]] bool masked() const { return type == AclType::group || named(); }
    [[nodiscard]] bool named() const { return !id.empty(); }
    [[nodiscard]] bool same_subject(const AclEntry& other) const {
        return scope == other.scope && type == other.type && id == other.id;
    }
    friend auto operator<=>(const AclEntry&, const AclEntry&) = default;
};
using AclEntries = std::vector<AclEntry>;

/// Of each scope; those of owner, owning group, mask and others count.
inline constexpr std::size_t kMostAclEntries = 32;

/// `x-ms-acl`: `[default:]user|group|mask|other:[id]:rwx`, joined by commas, in the order in which they came. What they
/// mean together is not looked at. Fails with invalid_access_control_list or invalid_named_user_or_named_group.
[[nodiscard]] Result<AclEntries> parse_acl(std::string_view text);
/// The same of entries to be removed, which name no permissions: `mask`, `user:id`, `default:group:`.
[[nodiscard]] Result<AclEntries> parse_removed_acl(std::string_view text);

/// The name to show in place of a user's object id; an empty answer leaves the id. Groups are never asked for.
using NameOfUser = std::function<std::string(std::string_view id)>;
[[nodiscard]] std::string print_acl(const AclEntries& entries, const NameOfUser& name_of = {});

/// A GUID in small letters, or a user principal name (with an `@`) as it is; nothing for other texts.
[[nodiscard]] std::optional<std::string> principal_id(std::string_view text);

}  // namespace lazulite::blob
