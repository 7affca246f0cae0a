#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"

namespace lazulite::blob {

/// The conditions that only appends have, in bytes. Reference: "Append Block", request headers.
struct AppendConditions {
    std::optional<std::uint64_t> position;  ///< where the blob ends now
    std::optional<std::uint64_t> max_size;  ///< what it may have afterwards
};

/// An append blob as it is now.
struct AppendState {
    std::uint64_t size = 0;    ///< bytes
    std::uint64_t blocks = 0;  ///< committed, at most 50,000
    bool sealed = false;
};

/// Whether a block of `length` bytes may come next. Fails with blob_is_sealed, append_position_condition_not_met,
/// max_blob_size_condition_not_met or block_count_exceeds_limit. Reference: "Append Block".
[[nodiscard]] Result<> check_append(const AppendState& blob, const AppendConditions& when, std::uint64_t length);

/// Whether the blob may be sealed, again or for the first time. Fails with append_position_condition_not_met.
[[nodiscard]] Result<> check_seal(const AppendState& blob, const AppendConditions& when);

}  // namespace lazulite::blob
