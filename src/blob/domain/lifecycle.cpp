#include "blob/domain/lifecycle.hpp"

#include <algorithm>

namespace lazulite::blob {
namespace {

bool exceeds(const std::optional<std::int64_t>& days, const std::optional<Instant>& since, Instant now) {
    if (!days) return true;
    return since && now - *since > std::chrono::days(*days);
}

bool met(const LifecycleAge& age, const LifecycleSubject& blob, Instant now) {
    // A tier that was never set has been that of the blob since it was made.
    return exceeds(age.modified, blob.modified, now) && exceeds(age.created, blob.created, now) &&
           exceeds(age.accessed, blob.accessed, now) &&
           exceeds(age.tier_changed, blob.tier_changed.value_or(blob.created), now);
}

bool speaks_of(const LifecycleRule& rule, const LifecycleSubject& blob) {
    if (!rule.enabled || std::find(rule.types.begin(), rule.types.end(), blob.type) == rule.types.end()) return false;
    const auto begins = [&](const std::string& prefix) { return blob.path.starts_with(prefix); };
    if (!rule.prefixes.empty() && std::none_of(rule.prefixes.begin(), rule.prefixes.end(), begins)) return false;
    if (rule.tags.empty()) return true;
    const TagSet tags = TagSet::unpack(blob.tags);
    return std::all_of(rule.tags.begin(), rule.tags.end(), [&](const BlobTag& wanted) {
        const std::string* const value = tags.find(wanted.key);
        return value != nullptr && *value == wanted.value;
    });
}

/// Whether the action would change anything: tiers go down, and of block blobs alone.
bool changes(LifecycleAction action, const LifecycleSubject& blob) {
    if (action == LifecycleAction::remove) return true;
    if (blob.type != BlobType::block || blob.leaving_archive) return false;
    switch (action) {
        case LifecycleAction::to_cool: return blob.tier == AccessTier::hot;
        case LifecycleAction::to_cold: return blob.tier == AccessTier::hot || blob.tier == AccessTier::cool;
        case LifecycleAction::to_archive: return blob.tier != AccessTier::archive && blob.tier != AccessTier::smart;
        case LifecycleAction::remove: break;
    }
    return true;
}

}  // namespace

bool LifecyclePolicy::concerns(std::string_view container) const {
    const std::string path = std::string(container) + '/';
    return std::any_of(rules.begin(), rules.end(), [&](const LifecycleRule& rule) {
        const auto reaches = [&](const std::string& prefix) {
            return std::string_view(prefix).substr(0, path.size()) == std::string_view(path).substr(0, prefix.size());
        };
        return rule.enabled &&
               (rule.prefixes.empty() || std::any_of(rule.prefixes.begin(), rule.prefixes.end(), reaches));
    });
}

bool LifecyclePolicy::concerns(LifecycleKind kind) const {
    return std::any_of(rules.begin(), rules.end(), [&](const LifecycleRule& rule) {
        const LifecycleActions& actions = rule.actions[static_cast<std::size_t>(kind)];
        return rule.enabled && std::any_of(actions.ages.begin(), actions.ages.end(),
                                           [](const auto& age) { return age.has_value(); });
    });
}

bool LifecyclePolicy::has(LifecycleAction action) const {
    return std::any_of(rules.begin(), rules.end(), [&](const LifecycleRule& rule) {
        return rule.enabled && std::any_of(rule.actions.begin(), rule.actions.end(),
                                           [&](const LifecycleActions& actions) { return actions.of(action).has_value(); });
    });
}

bool LifecyclePolicy::moves_back_to_hot() const {
    return std::any_of(rules.begin(), rules.end(),
                       [](const LifecycleRule& rule) { return rule.enabled && rule.actions.front().back_to_hot; });
}

std::optional<LifecycleAction> decide(const LifecyclePolicy& policy, const LifecycleSubject& blob, Instant now) {
    std::optional<LifecycleAction> chosen;
    const auto consider = [&](LifecycleAction action) {
        if (changes(action, blob)) chosen = std::max(chosen.value_or(action), action);
    };
    for (const LifecycleRule& rule : policy.rules) {
        if (!speaks_of(rule, blob)) continue;
        const LifecycleActions& actions = rule.actions[static_cast<std::size_t>(blob.kind)];
        for (const LifecycleAction action : {LifecycleAction::to_cool, LifecycleAction::to_cold,
                                             LifecycleAction::to_archive, LifecycleAction::remove}) {
            if (const auto& age = actions.of(action); age && met(*age, blob, now)) consider(action);
        }
    }
    return chosen;
}

bool moves_back_to_hot(const LifecyclePolicy& policy, std::string_view path, std::string_view tags) {
    LifecycleSubject blob;
    blob.path = path;
    blob.tags = tags;
    return std::any_of(policy.rules.begin(), policy.rules.end(), [&](const LifecycleRule& rule) {
        return rule.actions.front().back_to_hot && speaks_of(rule, blob);
    });
}

}  // namespace lazulite::blob
