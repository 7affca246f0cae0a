#pragma once

#include <algorithm>
#include <optional>

#include "base/clock.hpp"

namespace lazulite::blob {

/// Whether a read is noted: the first since a day. Reference: "Optimize costs by automatically managing the data lifecycle",
/// access time tracking.
[[nodiscard]] inline bool notes_read(const std::optional<Instant>& last_read, Instant now) {
    return !last_read || now - *last_read >= std::chrono::hours(24);
}

/// When a blob was last read or written, as far as it was noted.
[[nodiscard]] inline Instant last_access(const std::optional<Instant>& last_read, Instant last_written) {
    return std::max(last_read.value_or(last_written), last_written);
}

}  // namespace lazulite::blob
