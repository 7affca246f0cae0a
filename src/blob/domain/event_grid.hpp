#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "blob/domain/event.hpp"
#include "blob/domain/lifecycle.hpp"

namespace lazulite::blob {

/// What Event Grid calls the event: "Microsoft.Storage.BlobCreated"; nothing for those that the change feed alone tells.
[[nodiscard]] std::optional<std::string_view> event_grid_type(const BlobEvent& event);
/// The event in Event Grid's schema, a JSON object; `time` is its time as ISO 8601. Reference: "Azure Blob Storage as an
/// Event Grid source".
[[nodiscard]] std::string event_grid_event(const BlobEvent& event, std::string_view time);

inline constexpr std::string_view kLifecycleCompleted = "Microsoft.Storage.LifecyclePolicyCompleted";
inline constexpr std::string_view kLifecycleSubject = "BlobDataManagement/LifeCycleManagement/SummaryReport";

/// What became of one action of a lifecycle policy.
struct LifecycleOutcome {
    std::uint64_t tried = 0;
    std::uint64_t done = 0;
    std::string failed;  ///< names, separated by commas; of many the first ones
};
/// What a run of the policy did.
struct LifecycleReport {
    std::string scheduled;  ///< "2026/11/22 10:30:00.0000000"
    std::array<std::optional<LifecycleOutcome>, 4> outcomes;  ///< by LifecycleAction; none of an action that no rule has
};
/// The event that tells of it, as above. Reference: "Lifecycle management policy monitoring".
[[nodiscard]] std::string lifecycle_completed_event(std::string_view account, std::string_view id, std::string_view time,
                                                    const LifecycleReport& report);

}  // namespace lazulite::blob
