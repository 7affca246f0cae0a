#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "auth/roles.hpp"
#include "auth/token_key.hpp"

namespace lazulite {

/// A role that somebody has been given, and where.
struct RoleAssignment {
    const Role* role = nullptr;
    std::string account;    ///< empty: every one
    std::string container;  ///< or queue, table, share; empty: all of the account's, and the account itself
};

/// Somebody else's tokens that a client may show instead of a secret (workload identity).
struct FederatedCredential {
    struct Key {
        std::string id;  ///< `kid`; mostly there
        VerifyingKey key;
    };
    std::string issuer;
    std::string subject;
    std::vector<std::string> audiences;
    std::vector<Key> keys;
};

/// An application or a managed identity: who it is, how it proves that, and what it may do.
struct Principal {
    std::string name;
    std::string object_id;  ///< a GUID
    std::string client_id;  ///< a GUID
    std::vector<std::string> secrets;
    std::vector<VerifyingKey> certificates;
    std::vector<FederatedCredential> federated;
    std::vector<std::string> groups;  ///< that it is a member of: GUIDs, in small letters
    std::string user_principal_name;  ///< of a person; mostly empty
    bool managed_identity = false;  ///< a program without any credentials may ask for its token
    std::vector<RoleAssignment> roles;
};

/// Who there is. The first managed identity is the one that a program gets which names none.
struct IdentitySettings {
    std::string tenant;           ///< a GUID
    std::string identity_header;  ///< what IDENTITY_HEADER holds
    std::vector<Principal> principals;

    [[nodiscard]] const Principal* by_client_id(std::string_view id) const;
    [[nodiscard]] const Principal* by_object_id(std::string_view id) const;
    [[nodiscard]] const Principal* by_user_principal_name(std::string_view name) const;
};

/// Without a configuration: the tenant, and a managed identity named `developer` that may do everything.
inline constexpr std::string_view kDefaultTenant = "c0ffee00-7e4a-4d6c-9a51-1a2b3c4d5e6f";
[[nodiscard]] IdentitySettings default_identity();

/// The JSON of docs/identity.md; files it names are read now. The error is one clear line.
[[nodiscard]] tl::expected<IdentitySettings, std::string> read_identity(std::string_view json);

/// What the roles of `principal` grant on a container (queue, table, share) of an account, or, where it is empty, on the
/// account itself.
[[nodiscard]] Rights rights_of(const Principal& principal, ServiceLetter service, std::string_view account,
                               std::string_view container);

}  // namespace lazulite
