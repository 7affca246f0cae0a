#include "permissions.hpp"

#include "outcomes.hpp"

namespace lazulite::file::test {

const std::string kRootPermission =
    "O:SYG:SYD:(A;OICI;FA;;;BA)(A;OICI;FA;;;SY)(A;;0x1200a9;;;BU)(A;OICIIO;GXGR;;;BU)(A;OICI;0x1301bf;;;AU)(A;;FA;;;SY)"
    "(A;OICIIO;FA;;;CO)";

namespace {

const std::string kNoSacl = "S:NO_ACCESS_CONTROL";

/// A permission of a directory, and what it passes on, worked out by hand; what is not here passes on nothing. Reference: "ACE
/// inheritance rules" of Windows; the first is "Configure directory and file-level permissions over SMB", root directory.
struct Inherited {
    std::string directory;
    std::string to_files;
    std::string to_directories;
};
const std::vector<Inherited> kInherited{
    {kRootPermission, "O:SYG:SYD:(A;;FA;;;BA)(A;;FA;;;SY)(A;;0x1200a9;;;BU)(A;;0x1301bf;;;AU)(A;;FA;;;SY)", kRootPermission},
    // For all that is in it; and one entry that is for the directory alone.
    {"O:BAG:BAD:(A;OICI;FA;;;BA)(A;;0x1200a9;;;BU)", "O:SYG:SYD:(A;;FA;;;BA)", "O:SYG:SYD:(A;OICI;FA;;;BA)"},
    {"O:SYG:SYD:(A;OICI;FA;;;BA)", "O:SYG:SYD:(A;;FA;;;BA)", "O:SYG:SYD:(A;OICI;FA;;;BA)"},
    // For directories.
    {"O:BAG:BAD:(A;CI;FA;;;BA)(A;;FA;;;SY)", "", "O:SYG:SYD:(A;CI;FA;;;BA)"},
    {"O:SYG:SYD:(A;CI;FA;;;BA)", "", "O:SYG:SYD:(A;CI;FA;;;BA)"},
    // For files, which directories pass on and are not given themselves.
    {"O:SYG:SYD:(A;OI;FA;;;SY)", "O:SYG:SYD:(A;;FA;;;SY)", "O:SYG:SYD:(A;OIIO;FA;;;SY)"},
    {"O:SYG:SYD:(A;OIIO;FA;;;SY)", "O:SYG:SYD:(A;;FA;;;SY)", "O:SYG:SYD:(A;OIIO;FA;;;SY)"},
    // Passed on once.
    {"O:BAG:BAD:(A;OICINP;FA;;;BU)", "O:SYG:SYD:(A;;FA;;;BU)", "O:SYG:SYD:(A;;FA;;;BU)"},
};

}  // namespace

const std::vector<std::string> kPermissions{
    "O:SYG:SYD:(A;;FA;;;SY)(A;;FA;;;BA)",
    "O:SYG:SYD:(A;;FA;;;SY)(A;;FA;;;BA)" + kNoSacl,
    "O:BAG:BAD:(A;OICI;FA;;;BA)(A;;0x1200a9;;;BU)",
    "O:BAG:BAD:AI(A;OICI;FA;;;BA)(A;;0x1200a9;;;BU)",
    "O:BAG:BAD:(A;CI;FA;;;BA)(A;;FA;;;SY)",
    "O:SYG:SYD:(A;OI;FA;;;SY)" + kNoSacl,
    "O:BAG:BAD:(A;OICINP;FA;;;BU)",
};

const std::string kNoPermission = "everybody";

std::optional<Outcome> AskedPermission::refused() const {
    if (!text.empty() && !key.empty()) return Outcome{400, "InvalidHeaderValue"};
    if (text == kNoPermission) return Outcome{400, "FileInvalidPermission"};
    return std::nullopt;
}

std::string kept_permission(std::string text, bool with_something_new) {
    if (!with_something_new) return text.ends_with(kNoSacl) ? text : text + kNoSacl;
    if (text.ends_with(kNoSacl)) text.resize(text.size() - kNoSacl.size());
    if (const auto at = text.find("D:AI("); at != std::string::npos) text.erase(at + 2, 2);
    return text;
}

std::string inherited_permission_of(const std::string& directory, bool to_directory) {
    const std::string plain = kept_permission(directory, true);
    for (const Inherited& row : kInherited) {
        if (row.directory != plain) continue;
        const std::string& passed_on = to_directory ? row.to_directories : row.to_files;
        return passed_on.empty() ? directory : passed_on;
    }
    return directory;
}

}  // namespace lazulite::file::test
