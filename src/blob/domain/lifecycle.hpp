#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "blob/domain/model.hpp"
#include "blob/domain/tags.hpp"
#include "blob/domain/tier.hpp"

namespace lazulite::blob {

// What an account does to blobs by their age. Reference: "Azure Blob Storage lifecycle management overview"; the shape is that
// of ManagementPolicySchema of the management plane.

/// What is done to a blob, the least expensive last: of several that apply, that one is done.
enum class LifecycleAction : std::uint8_t { to_cool, to_cold, to_archive, remove };

/// When it is done: every age that is given has been exceeded, in whole days.
struct LifecycleAge {
    std::optional<std::int64_t> modified;
    std::optional<std::int64_t> created;
    std::optional<std::int64_t> accessed;
    std::optional<std::int64_t> tier_changed;
};

/// The actions on blobs of one kind, by LifecycleAction.
struct LifecycleActions {
    std::array<std::optional<LifecycleAge>, 4> ages;
    bool back_to_hot = false;  ///< enableAutoTierToHotFromCool: done at the access, see `moves_back_to_hot`

    [[nodiscard]] std::optional<LifecycleAge>& of(LifecycleAction action) { return ages[static_cast<std::size_t>(action)]; }
    [[nodiscard]] const std::optional<LifecycleAge>& of(LifecycleAction action) const {
        return ages[static_cast<std::size_t>(action)];
    }
};

/// Which state of a blob a rule speaks of.
enum class LifecycleKind : std::uint8_t { base, snapshot, version };

struct LifecycleRule {
    std::string name;
    bool enabled = true;
    std::vector<BlobType> types;
    std::vector<std::string> prefixes;  ///< "container/begin of a name"; none: every blob
    std::vector<BlobTag> tags;          ///< all of them
    std::array<LifecycleActions, 3> actions;  ///< by LifecycleKind
};

struct LifecyclePolicy {
    std::vector<LifecycleRule> rules;

    /// Whether any rule may speak of a blob in that container, and of its former states.
    [[nodiscard]] bool concerns(std::string_view container) const;
    [[nodiscard]] bool concerns(LifecycleKind kind) const;
    /// Whether any rule has it.
    [[nodiscard]] bool has(LifecycleAction action) const;
    [[nodiscard]] bool moves_back_to_hot() const;
};

/// What is known of a blob, as of now.
struct LifecycleSubject {
    LifecycleKind kind = LifecycleKind::base;
    BlobType type = BlobType::block;
    std::string_view path;  ///< "container/name"
    AccessTier tier = AccessTier::hot;
    bool leaving_archive = false;
    Instant created;  ///< of a snapshot or version: when it became one
    Instant modified;
    std::optional<Instant> accessed;      ///< or what counts for it where it is not tracked
    std::optional<Instant> tier_changed;  ///< where it was set
    std::string_view tags;                ///< packed
};

/// What the policy wants done to a blob; nothing where it is so already.
[[nodiscard]] std::optional<LifecycleAction> decide(const LifecyclePolicy& policy, const LifecycleSubject& blob, Instant now);

/// Whether an access moves a cool block blob back to Hot. `path` and `tags` as in LifecycleSubject.
[[nodiscard]] bool moves_back_to_hot(const LifecyclePolicy& policy, std::string_view path, std::string_view tags);

}  // namespace lazulite::blob
