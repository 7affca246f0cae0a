#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace lazulite {

/// One value of an enum and the word that stands for it outside. A list of them beside the enum is all that decoders
/// and encoders need:
///
///   enum class LeaseStatus { locked, unlocked };
///   inline constexpr auto kLeaseStatuses = std::to_array<Named<LeaseStatus>>(
///       {{LeaseStatus::locked, "locked"}, {LeaseStatus::unlocked, "unlocked"}});
///   constexpr std::span<const Named<LeaseStatus>> names_of(LeaseStatus) { return kLeaseStatuses; }
template <class Enum>
struct Named {
    Enum value;
    std::string_view name;
};

/// An enum with such a list; `names_of` is found beside the enum.
template <class Enum>
concept HasNames = requires(Enum value) { names_of(value); };

/// The word for a value; empty for one that the list leaves out.
template <HasNames Enum>
[[nodiscard]] constexpr std::string_view name_of(Enum value) {
    for (const Named<Enum>& row : names_of(value)) {
        if (row.value == value) return row.name;
    }
    return {};
}

/// The value of a word, compared with case; nothing for a word that is not in the list.
template <HasNames Enum>
[[nodiscard]] constexpr std::optional<Enum> value_of(std::string_view name) {
    for (const Named<Enum>& row : names_of(Enum{})) {
        if (row.name == name) return row.value;
    }
    return std::nullopt;
}

}  // namespace lazulite
