#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lazulite::file {

/// A security descriptor taken apart: what stands between its two forms, text (SDDL) and bytes (self-relative). Source: the open
/// specification of Windows data types, "SECURITY_DESCRIPTOR" and "Security Descriptor Description Language".
struct SecurityDescriptor {
    enum Control : std::uint16_t {
        dacl_present = 0x4,
        sacl_present = 0x10,
        dacl_inherit_required = 0x100,
        sacl_inherit_required = 0x200,
        dacl_auto_inherited = 0x400,
        sacl_auto_inherited = 0x800,
        dacl_protected = 0x1000,
        sacl_protected = 0x2000,
        self_relative = 0x8000,
    };
    enum EntryFlag : std::uint8_t { object_inherit = 0x1, container_inherit = 0x2, no_propagate = 0x4, inherit_only = 0x8 };
    struct Entry {
        std::uint8_t type = 0;
        std::uint8_t flags = 0;
        std::uint32_t mask = 0;
        std::string object;     ///< a GUID as 16 bytes, or none
        std::string inherited;  ///< the same
        std::string sid;        ///< as bytes
    };
    using List = std::optional<std::vector<Entry>>;  ///< one that is present and is none: NO_ACCESS_CONTROL

    std::uint16_t control = 0;
    std::string owner;  ///< SIDs as bytes
    std::string group;
    List dacl;
    List sacl;

    /// Nothing for what is malformed, has no owner or group, or needs more than the bytes say: aliases of a domain, and
    /// entries with conditions or attributes.
    [[nodiscard]] static std::optional<SecurityDescriptor> parse_text(std::string_view sddl);
    [[nodiscard]] static std::optional<SecurityDescriptor> parse_bytes(std::string_view bytes);
    /// As Windows writes them: aliases where there are, rights in order of their bits.
    [[nodiscard]] std::string text() const;
    /// SACL, DACL, owner, group.
    [[nodiscard]] std::string bytes() const;
};

}  // namespace lazulite::file
