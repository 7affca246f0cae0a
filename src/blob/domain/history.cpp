#include "blob/domain/history.hpp"

namespace lazulite::blob {

Result<Deletion> deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots) {
    if (!asked && has_snapshots) return fail(ErrorCode::snapshots_present);
    return Deletion{asked != DeleteSnapshots::only, has_snapshots};
}

}  // namespace lazulite::blob
