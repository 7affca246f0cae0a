#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model_lease.hpp"

// Permissions of directories and files, which are security descriptors as text, as far as the texts of a sequence need it.
namespace lazulite::file::test {

using lazulite::test::Outcome;

/// What a request says of a permission: x-ms-file-permission, which is a text, `inherit` or `preserve`, and the key of one.
struct AskedPermission {
    std::string text = {};
    std::string key = {};

    [[nodiscard]] bool given() const { return !text.empty() || !key.empty(); }
    /// Refused whatever there is.
    [[nodiscard]] std::optional<Outcome> refused() const;
};

/// What the root directory of a share begins with.
extern const std::string kRootPermission;
/// Texts that requests give.
extern const std::vector<std::string> kPermissions;
/// One that is no permission.
extern const std::string kNoPermission;

/// What becomes of a text that is given: with something new it has no SACL, and nothing counts as inherited; else it says that
/// there is no SACL. As recordings of the service show it.
[[nodiscard]] std::string kept_permission(std::string text, bool with_something_new);
/// What something new in a directory has: the entries that are passed on, for SYSTEM; that of the directory itself where none is.
[[nodiscard]] std::string inherited_permission_of(const std::string& directory, bool to_directory);

}  // namespace lazulite::file::test
