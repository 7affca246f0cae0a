#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "blob/domain/acl_entry.hpp"

namespace lazulite::blob {

/// Who owns what nobody with an identity made.
inline constexpr std::string_view kSuperuser = "$superuser";

/// Owner, group and access control list of a file or directory of a hierarchical account.
/// Reference: "Access control lists (ACLs) in Azure Data Lake Storage", "Path - Create", "Path - Update".
///
/// The entries are in order, each subject once, at most 32 of a scope; those of the owner, the owning group and others
/// are always there, and so is a mask where users or groups are named. Entries with `default:` are either none or as
/// whole as the others.
class AccessControl {
  public:
    std::string owner{kSuperuser};
    std::string group{kSuperuser};

    /// What a path has that was made without a word about access: 0640, of a directory 0750.
    [[nodiscard]] static AccessControl usual(bool directory);
    /// The root directory of a new container. `creator`: the object id of the caller, empty with Shared Key or a SAS.
    [[nodiscard]] static AccessControl of_root(std::string_view creator);

    [[nodiscard]] const AclEntries& entries() const { return entries_; }
    [[nodiscard]] bool sticky() const { return sticky_; }
    /// Nothing where there is no such entry.
    [[nodiscard]] std::optional<Rwx> find(AclScope scope, AclType type, std::string_view id = {}) const;
    [[nodiscard]] bool has_default() const;  ///< entries that children inherit
    [[nodiscard]] bool extended() const;     ///< entries that a mode cannot show

    /// As `x-ms-permissions` shows it: the group's digit is the mask where there is one.
    [[nodiscard]] PathMode mode() const;
    [[nodiscard]] std::string permissions() const;  ///< `rwxr-x---`, with a `+` behind it where extended()

    /// chmod: the group's digit goes to the mask where there is one.
    void set_mode(PathMode mode);
    /// Replaces the whole list; the sticky bit stays. Entries for children that are left out are taken from those for
    /// access, a mask that is needed is computed. Fails with set_acl_missing_aces where owner, group or others are
    /// missing, invalid_access_control_list for entries twice, more than 32 or, on a file, with `default:`.
    Result<> set_acl(AclEntries given, bool directory);
    /// Adds entries and replaces those of the same subject. The mask is computed anew where something that it limits
    /// changes and it is not given itself. Fails like set_acl().
    Result<> modify_acl(const AclEntries& given, bool directory);
    /// Takes entries away; those that are not there are passed over. Fails with set_acl_missing_aces where owner, group
    /// or others would be missing, invalid_access_control_list for a mask that is needed.
    Result<> remove_acl(const AclEntries& removed, bool directory);

    /// As it is stored with a path: nothing for usual(). What is not understood is passed over.
    [[nodiscard]] std::string pack(bool directory) const;
    [[nodiscard]] static AccessControl unpack(std::string_view packed, bool directory);

    friend bool operator==(const AccessControl&, const AccessControl&) = default;

  private:
    friend struct NewPath;
    explicit AccessControl(PathMode mode);
    AclEntry* entry(AclScope scope, AclType type);
    Result<> take(AclEntries entries, bool directory);

    AclEntries entries_;
    bool sticky_ = false;
};

/// What a request says of access to the path that it creates.
struct NewPath {
    bool directory = false;
    std::optional<PathMode> permissions;  ///< `x-ms-permissions`
    std::optional<PathMode> umask;        ///< `x-ms-umask`, without which it is 0027
    std::optional<AclEntries> acl;        ///< `x-ms-acl`
    std::string owner;                    ///< `x-ms-owner`, or the caller's object id; empty: $superuser
    std::string group;                    ///< `x-ms-group`; empty: the parent's

    /// A list that is given is taken whole, whatever the umask. Else, where the parent has entries for children, they become those of the
    /// path, limited by the permissions and not by the umask, and a directory has them for its own children, too. Else
    /// the permissions less the umask; without them those of a new file or directory (0666, 0777). Fails with
    /// invalid_input for a list beside permissions, and like AccessControl::set_acl().
    [[nodiscard]] Result<AccessControl> below(const AccessControl& parent) const;
};

/// One `x-ms-acl` for many paths. Reference: "Path - Update", setAccessControlRecursive.
struct AclUpdate {
    enum class Kind : std::uint8_t { set, modify, remove };
    Kind kind = Kind::set;
    AclEntries entries;

    /// Fails with what holds for every path: parse_acl(), entries twice, and, of `set`, owner, group or others missing.
    [[nodiscard]] static Result<AclUpdate> parse(Kind kind, std::string_view text);
    /// Files take no entries with `default:`.
    Result<> apply(AccessControl& to, bool directory) const;
};

}  // namespace lazulite::blob
