#include "blob/domain/append.hpp"

#include "blob/domain/block_list.hpp"

namespace lazulite::blob {

Result<> check_append(const AppendState& blob, const AppendConditions& when, std::uint64_t length) {
    if (blob.sealed) return fail(ErrorCode::blob_is_sealed);
    LAZ_CHECK(check_seal(blob, when));
    if (when.max_size && (blob.size > *when.max_size || length > *when.max_size - blob.size)) {
        return fail(ErrorCode::max_blob_size_condition_not_met);
    }
    if (blob.blocks >= kMostCommittedBlocks) return fail(ErrorCode::block_count_exceeds_limit);
    return {};
}

Result<> check_seal(const AppendState& blob, const AppendConditions& when) {
    if (when.position && *when.position != blob.size) return fail(ErrorCode::append_position_condition_not_met);
    return {};
}

}  // namespace lazulite::blob
