#pragma once

#include "model_lease.hpp"

namespace lazulite::file::test {

using lazulite::test::Outcome;

inline const Outcome kOk{200, ""};
inline const Outcome kCreated{201, ""};
inline const Outcome kAccepted{202, ""};
inline const Outcome kNoShare{404, "ShareNotFound"};
inline const Outcome kNoSnapshot{404, "ShareSnapshotNotFound"};
inline const Outcome kNoParent{404, "ParentNotFound"};
inline const Outcome kNotFound{404, "ResourceNotFound"};
inline const Outcome kOtherKind{409, "ResourceTypeMismatch"};
inline const Outcome kExists{409, "ResourceAlreadyExists"};
inline const Outcome kReadOnly{409, "ReadOnlyAttribute"};
inline const Outcome kNotThen{409, "PreviousSnapshotNotFound"};
inline const Outcome kTooMuch{403, "ShareSizeLimitReached"};

}  // namespace lazulite::file::test
