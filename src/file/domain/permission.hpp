#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/names.hpp"
#include "base/result.hpp"

// Security descriptors of directories and files, as text (SDDL). Reference: "Create Permission".

namespace lazulite::file {

inline constexpr std::size_t kLongestPermission = 8192;

/// What the root directory of a share begins with, and directories in it inherit. Source: "Configure directory and file-level
/// permissions over SMB", root directory permissions.
inline constexpr std::string_view kDefaultPermission =
    "O:SYG:SYD:(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICI;0x1301bf;;;AU)(A;;FA;;;SY)"
    "(A;OICIIO;FA;;;CO)";
/// What files inherit of it, as a file of the service was seen to have it.
inline constexpr std::string_view kDefaultFilePermission =
    "O:SYG:SYD:(A;;FA;;;BA)(A;;FA;;;SY)(A;;0x1200a9;;;BU)(A;;0x1301bf;;;AU)(A;;FA;;;SY)";

/// By which a permission is found in its share: the same text has the same key.
struct PermissionKey {
    std::array<std::byte, 16> bytes{};
    bool operator==(const PermissionKey&) const = default;

    [[nodiscard]] static PermissionKey of(std::string_view sddl);
    /// `x-ms-file-permission-key`: two numbers of 64 bits with `*` between them.
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<PermissionKey> parse(std::string_view text);

    [[nodiscard]] std::string_view packed() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
    [[nodiscard]] static std::optional<PermissionKey> unpack(std::string_view packed);
};

/// A descriptor has an owner, a group and a DACL, each once and in this order, and may have a SACL behind them. Fails with
/// file_invalid_permission; what stands in the entries of its lists is taken as it is.
[[nodiscard]] Result<> check_permission(std::string_view sddl);

/// x-ms-file-permission-format: SDDL, or a self-relative descriptor in base64.
enum class PermissionFormat : std::uint8_t { sddl, binary };
inline constexpr auto kPermissionFormats =
    std::to_array<Named<PermissionFormat>>({{PermissionFormat::sddl, "Sddl"}, {PermissionFormat::binary, "Binary"}});
constexpr std::span<const Named<PermissionFormat>> names_of(PermissionFormat) { return kPermissionFormats; }
/// In any letter case, as SDKs write them.
[[nodiscard]] std::optional<PermissionFormat> parse_permission_format(std::string_view text);

/// What is done to a permission that is given as text, as recordings of the service show it.
enum class PermissionUse : std::uint8_t {
    as_given,  ///< x-ms-file-property-semantics: Restore
    kept,      ///< Create Permission, Set File Properties: it says so where there is no SACL
    of_new,    ///< Create File, Copy File: a SACL that is none is not there, and nothing counts as inherited
};
/// A permission in either format as text, written as Windows writes it. A text that it does not take apart stays as it is.
/// Fails with file_invalid_permission.
[[nodiscard]] Result<std::string> read_permission(std::string_view text, PermissionFormat format, PermissionUse use);
/// And back. Fails with file_invalid_permission for what has no binary form.
[[nodiscard]] Result<std::string> write_permission(std::string_view sddl, PermissionFormat format);

/// What something new has of the permission of its directory: the entries that are passed on, for SYSTEM, who made it. That
/// of the directory itself where none is, or where it cannot be taken apart. Source: "ACE inheritance rules".
[[nodiscard]] std::string inherited_permission(std::string_view directory, bool to_directory);

}  // namespace lazulite::file
