#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.hpp"
#include "base/names.hpp"
#include "base/result.hpp"

namespace lazulite::blob {

/// What stands under a blob's name beside the current blob. Stored, and the order in which listings show them.
enum class HistoryClass : std::uint8_t { snapshot = 1 };

/// A former state of a blob, by the time that clients name it with.
struct HistoryId {
    HistoryClass kind = HistoryClass::snapshot;
    Instant id;
    bool operator==(const HistoryId&) const = default;
};

/// Which state of a blob a request means; nothing: the current one.
using Which = std::optional<HistoryId>;

/// `x-ms-delete-snapshots`.
enum class DeleteSnapshots : std::uint8_t { include, only };
inline constexpr auto kDeleteSnapshots = std::to_array<Named<DeleteSnapshots>>(
    {{DeleteSnapshots::include, "include"}, {DeleteSnapshots::only, "only"}});
constexpr std::span<const Named<DeleteSnapshots>> names_of(DeleteSnapshots) { return kDeleteSnapshots; }

/// What Delete Blob takes away.
struct Deletion {
    bool current = false;
    bool snapshots = false;
    bool operator==(const Deletion&) const = default;
};

/// Deleting the current blob takes its snapshots along, or them alone, where it is said so; fails with
/// snapshots_present where it is not. Reference: "Delete Blob", request headers.
[[nodiscard]] Result<Deletion> deletion(std::optional<DeleteSnapshots> asked, bool has_snapshots);

}  // namespace lazulite::blob
