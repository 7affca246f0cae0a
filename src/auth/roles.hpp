#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "auth/permissions.hpp"
#include "auth/rights.hpp"

namespace lazulite {

/// One of Azure's built-in roles: what it grants in its service. Reference: "Azure built-in roles for Storage".
struct Role {
    std::string_view name;                 ///< "Storage Blob Data Reader"
    std::string_view id;                   ///< of its definition, a GUID
    std::optional<ServiceLetter> service;  ///< nothing: every one
    Rights rights;
};

[[nodiscard]] std::span<const Role> roles();
/// By name or id, without case; null: no such role.
[[nodiscard]] const Role* find_role(std::string_view name_or_id);

/// What an operation that needs these letters of a SAS needs of a role. The reference lists both, and they run in
/// parallel but where a row says `Needs::role` itself.
[[nodiscard]] NeededRights needed_rights(const Needs& needs, ServiceLetter service);

/// As Azure names them, after `Microsoft.Storage/storageAccounts/`: "blobServices/containers/blobs/read".
[[nodiscard]] std::string text_of(Rights rights, ServiceLetter service);
/// The same, sets with " or " between them.
[[nodiscard]] std::string text_of(const NeededRights& needed, ServiceLetter service);

}  // namespace lazulite
