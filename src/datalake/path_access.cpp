#include "datalake/path_access.hpp"

#include <array>

#include "base/text.hpp"
#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/rename_source.hpp"

namespace lazulite::datalake {
namespace {

using blob::AccessControl;
using blob::AccessNeeds;
using blob::AclCaller;
using blob::Touched;

std::vector<Touched> lists_directory(const Exchange& x) {
    return {{x.target.container, std::string(x.query.value_or_empty("directory")), blob::kToListDirectory}};
}

std::vector<Touched> deletes(const Exchange& x) {
    std::vector<Touched> touched = blob::deletes_path(x);
    touched.front().with_contents = equals_ignoring_case(x.query.value_or_empty("recursive"), "true");
    return touched;
}

/// A destination that stands there goes. Without `mode=legacy` a directory takes the source into itself instead.
std::vector<Touched> moves(const Exchange& x) {
    const auto source = named_source(x);
    if (!source) return {};  // the operation says so
    Touched destination{x.target.container, x.target.name, blob::kToDelete, blob::kToCreate};
    const bool legacy = equals_ignoring_case(x.query.value_or_empty("mode"), "legacy");
    if (!legacy) destination.into = source->path.substr(source->path.rfind('/') + 1);
    return {{source->filesystem, source->path, blob::kToDelete}, destination};
}

/// Of the owner's, unless that is what stands there.
bool may_change_owners(const Exchange& x, const AclCaller& caller, const AccessControl& access) {
    const auto owner = owner_of(x, "x-ms-owner");
    const auto group = owner_of(x, "x-ms-group");
    const bool owner_stays = !owner || !*owner || **owner == access.owner || blob::may_change_owner(caller);
    return owner_stays && (!group || !*group || **group == access.group || blob::may_change_group(caller, access, **group));
}

std::vector<Touched> changes_access(const Exchange& x) {
    Touched touched{x.target.container, x.target.name, blob::kToChangeAcl};
    touched.also = [&x](const AclCaller& caller, const AccessControl& access) {
        return may_change_owners(x, caller, access);
    };
    return {touched};
}

std::vector<Touched> asks_for_access(const Exchange& x) {
    const auto asked = asked_access(x);
    AccessNeeds needs;
    if (asked && *asked) needs.item = **asked;
    return {{x.target.container, x.target.name, needs}};
}

// Reference: as for the Blob service; "Path - Update", "Path - Delete". A recursive change of lists is judged path by path
// while it runs.
constexpr auto kPathAccess = std::to_array<blob::AccessRow>({
    {"ListPaths", lists_directory},
    {"ListBlobHierarchySegment", blob::lists_prefix},

    {"GetPathStatus", blob::sees_path},
    {"GetPathAccessControl", blob::sees_path},
    {"CheckPathAccess", asks_for_access},
    {"GetPathProperties", blob::reads_path},
    {"ReadPath", blob::reads_path},

    {"CreateFile", blob::writes_path},
    {"CreateDirectory", blob::writes_path},
    {"RenamePath", moves},
    {"DeletePath", deletes},

    {"AppendData", blob::appends_to_path},
    {"FlushData", blob::changes_path},
    {"SetPathProperties", blob::changes_path},
    {"SetPathExpiry", blob::changes_path},
    {"AcquirePathLease", blob::changes_path},
    {"RenewPathLease", blob::changes_path},
    {"ChangePathLease", blob::changes_path},
    {"ReleasePathLease", blob::changes_path},
    {"BreakPathLease", blob::changes_path},

    {"SetAccessControl", changes_access},
    {"SetAccessControlRecursive", blob::sees_path},
});

}  // namespace

std::span<const blob::AccessRow> path_access() { return kPathAccess; }

}  // namespace lazulite::datalake
