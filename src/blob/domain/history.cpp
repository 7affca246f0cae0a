#include "blob/domain/history.hpp"

namespace lazulite::blob {

Fate fate(Change change, bool is_version, Keeping keeping, bool archived) {
    using Former = Fate::Former;
    const bool version = keeping.versions || is_version;
    switch (change) {
        case Change::snapshot: return {keeping.versions ? Former::version : Former::nothing, keeping.versions};
        case Change::metadata: return {version ? Former::version : Former::nothing, keeping.versions};
        case Change::replace:
            if (version) return {Former::version, keeping.versions};
            return {keeping.deleted && !archived ? Former::deleted_snapshot : Former::nothing, false};
        case Change::remove:
            if (version) return {Former::version, false};
            return {keeping.deleted ? Former::deleted_blob : Former::nothing, false};
    }
    return {};
}

Result<Deletion> deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots) {
    if (!asked && has_snapshots) return fail(ErrorCode::snapshots_present);
    return Deletion{asked != DeleteSnapshots::only, has_snapshots};
}

}  // namespace lazulite::blob
