#include "blob/domain/history.hpp"

namespace lazulite::blob {

Fate fate(Change change, bool is_version, bool versioning) {
    const bool new_version = versioning && change != Change::remove;
    if (change == Change::snapshot) return {versioning, new_version};
    return {versioning || is_version, new_version};
}

Result<Deletion> deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots) {
    if (!asked && has_snapshots) return fail(ErrorCode::snapshots_present);
    return Deletion{asked != DeleteSnapshots::only, has_snapshots};
}

}  // namespace lazulite::blob
