#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "auth/permissions.hpp"
#include "auth/reason.hpp"
#include "base/result.hpp"

namespace lazulite {

/// Who sends a request, once that is proven, and what it may do.
class Identity {
  public:
    enum class Kind : std::uint8_t {
        anonymous,
        owner,        ///< Shared Key: everything
        account_sas,  ///< the letters, services and resource types that were signed
        service_sas,  ///< the letters that were signed or stored, within one resource
        bearer,       ///< somebody with a token, and the rights that roles grant
    };
    /// Somebody before the access control lists of a hierarchical account.
    struct PosixUser {
        std::string object_id;  ///< whose permissions count where roles do not grant what is asked; empty: nobody's
        bool whatever_roles_grant = false;  ///< they count in any case (`suoid` of a SAS)
        std::string creator = "$superuser";  ///< the owner of what this caller creates
    };
    struct AccountSas {
        Letters services;
        Letters types;
        Letters letters;
        std::string encryption_scope = {};  ///< `ses`
    };
    struct ServiceSas {
        Reach reach = Reach::object;
        Letters letters;
        std::string encryption_scope = {};
        bool overrides_headers = true;  ///< its format signs `rscc` and the like
        /// Of whoever had the key that signed it: a user delegation SAS grants no more. Nothing: a key of the account.
        std::optional<Rights> delegated = std::nullopt;
        std::function<Rights(std::string_view container)> delegated_on = nullptr;
        PosixUser posix = {};
    };
    struct Bearer {
        std::string object_id;
        std::string tenant_id;
        Rights rights;  ///< on the resource that the request names
        /// On a container (queue, table, share) of the same account that its body names.
        std::function<Rights(std::string_view container)> rights_on = nullptr;
    };

    static Identity anonymous() { return Identity(Kind::anonymous); }
    static Identity owner() { return Identity(Kind::owner); }
    static Identity account_sas(AccountSas sas);
    static Identity service_sas(ServiceSas sas);
    static Identity bearer(Bearer bearer);

    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] Letters letters() const { return letters_; }  ///< of a SAS
    [[nodiscard]] Reach reach() const { return reach_; }        ///< of a service SAS
    [[nodiscard]] const std::string& object_id() const { return object_id_; }  ///< of a bearer, where its token says it
    [[nodiscard]] const std::string& tenant_id() const { return tenant_id_; }
    /// Whether this identity may run an operation that needs `needs`, in the order the reference gives: service,
    /// resource type, permission; then what roles grant. Anonymous callers are judged later, by the container's public access. A request of a
    /// version before 2015-04-05 is answered resource_not_found where later ones have a code of their own ("SAS error
    /// codes").
    /// With `roles` ignored, whoever is left to the access control lists is not judged by what roles grant.
    enum class Roles : bool { ignored, count };
    [[nodiscard]] Result<> may(const Needs& needs, ServiceLetter service, ServiceVersion version, Reason* why = nullptr,
                               Roles roles = Roles::count) const;
    /// Whether on a hierarchical account the access control lists decide, because roles do not grant it.
    [[nodiscard]] bool left_to_posix(const Needs& needs, ServiceLetter service) const;
    [[nodiscard]] const PosixUser& posix() const { return posix_; }
    /// Whether roles grant that action on what the URL names; keys, and SAS that one signed, are not judged by roles.
    [[nodiscard]] bool is_granted(Action action) const { return !rights_ || rights_->has(action); }
    /// The same caller before a container that the URL does not name.
    [[nodiscard]] Identity before(std::string_view container) const;
    /// Whether a create-or-replace may replace what exists: the letter `c` alone may not.
    [[nodiscard]] bool may_overwrite() const;
    /// Whether `rscc`, `rscd`, `rsce`, `rscl` and `rsct` in the query replace response headers: for anonymous callers,
    /// and where a SAS does not sign them, anybody could have added them.
    [[nodiscard]] bool may_override_headers() const;
    /// The encryption scope that a SAS prescribes for what is uploaded; mostly empty.
    [[nodiscard]] const std::string& encryption_scope() const { return encryption_scope_; }

  private:
    explicit Identity(Kind kind) : kind_(kind) {}
    [[nodiscard]] Result<> may_by_account_sas(const Needs& needs, ServiceLetter service, Reason* why) const;
    [[nodiscard]] Result<> may_by_service_sas(const Needs& needs, Reason* why) const;
    [[nodiscard]] Result<> may_by_role(const Needs& needs, ServiceLetter service, Reason* why) const;

    [[nodiscard]] Result<> check_letters(const Needs& needs, Reason* why) const;

    Kind kind_;
    Letters services_;
    Letters types_;
    Letters letters_;
    Reach reach_ = Reach::object;
    bool overrides_headers_ = true;
    std::string encryption_scope_;
    std::string object_id_;
    std::string tenant_id_;
    std::optional<Rights> rights_;  ///< what roles grant, where it counts
    std::function<Rights(std::string_view container)> rights_on_;
    PosixUser posix_;
};

}  // namespace lazulite
