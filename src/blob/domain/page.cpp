#include "blob/domain/page.hpp"

#include <algorithm>

namespace lazulite::blob {

Result<> check_sequence(const SequenceConditions& when, std::uint64_t current) {
    const bool met = (!when.at_most || current <= *when.at_most) && (!when.below || current < *when.below) &&
                     (!when.equal || current == *when.equal);
    if (!met) return fail(ErrorCode::sequence_number_condition_not_met);
    return {};
}

Result<std::uint64_t> next_sequence_number(SequenceAction action, std::uint64_t given, std::uint64_t current) {
    switch (action) {
        case SequenceAction::max: return std::max(given, current);
        case SequenceAction::update: return given;
        case SequenceAction::increment: break;
    }
    if (current >= kLargestSequenceNumber) return fail(ErrorCode::sequence_number_increment_too_large);
    return current + 1;
}

}  // namespace lazulite::blob
