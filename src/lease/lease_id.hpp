#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace lazulite {

/// What whoever holds a lease knows of it: a GUID.
struct LeaseId {
    std::array<std::uint8_t, 16> bytes{};
    bool operator==(const LeaseId&) const = default;

    static LeaseId random();
    [[nodiscard]] std::string text() const;  ///< in small letters, with dashes
};

/// A GUID in any form of .NET's constructor of Guid, in any letter case: 32 digits, with dashes, these in braces or
/// parentheses, or `{0x...,0x...,0x...,{0x...,...}}`. Reference: "Lease Blob", x-ms-proposed-lease-id.
[[nodiscard]] bool parse_value(std::string_view text, LeaseId& id);
void append_value(std::string& to, const LeaseId& id);

}  // namespace lazulite
