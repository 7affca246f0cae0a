#include "blob/domain/immutability.hpp"

namespace lazulite::blob {

Result<ImmutabilityPolicy> set_policy(const std::optional<ImmutabilityPolicy>& current, Instant until,
                                      std::optional<PolicyMode> mode, Instant now) {
    if (until <= now) return fail(ErrorCode::invalid_header_value);
    const ImmutabilityPolicy wanted{until, mode.value_or(current ? current->mode : PolicyMode::unlocked)};
    if (!current || current->mode == PolicyMode::unlocked) return wanted;
    if (wanted.mode == PolicyMode::unlocked || wanted.until < current->until) {
        return fail(ErrorCode::blob_immutable_due_to_policy);
    }
    return wanted;
}

Result<> check_policy_deletable(const std::optional<ImmutabilityPolicy>& current) {
    if (!current || current->mode == PolicyMode::unlocked) return {};
    return fail(ErrorCode::immutability_policy_delete_on_locked_policy);
}

Result<> check_deletable(const Immutability& immutability, Instant now) {
    if (immutability.legal_hold.value_or(false)) return fail(ErrorCode::blob_immutable_due_to_legal_hold);
    if (immutability.policy && immutability.policy->until > now) return fail(ErrorCode::blob_immutable_due_to_policy);
    return {};
}

Result<> check_changeable(const Immutability& immutability) {
    if (immutability.legal_hold.value_or(false)) return fail(ErrorCode::blob_immutable_due_to_legal_hold);
    if (immutability.policy) return fail(ErrorCode::blob_immutable_due_to_policy);
    return {};
}

}  // namespace lazulite::blob
