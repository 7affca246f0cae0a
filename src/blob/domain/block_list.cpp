#include "blob/domain/block_list.hpp"

#include <unordered_map>

#include "base/text.hpp"

namespace lazulite::blob {
namespace {

using Index = std::unordered_map<std::string_view, std::size_t>;

Index index_of(std::span<const std::string_view> ids) {
    Index index;
    index.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) index.emplace(ids[i], i);
    return index;
}

}  // namespace

Result<std::vector<ChosenBlock>> choose_blocks(std::span<const BlockListEntry> entries,
                                               std::span<const std::string_view> committed,
                                               std::span<const std::string_view> staged) {
    if (entries.size() > kMostCommittedBlocks) return fail(ErrorCode::block_list_too_long);
    const Index committed_at = index_of(committed);
    const Index staged_at = index_of(staged);
    std::vector<ChosenBlock> chosen;
    chosen.reserve(entries.size());
    for (const BlockListEntry& entry : entries) {
        if (entry.search != BlockSearch::committed) {
            if (const auto at = staged_at.find(entry.id); at != staged_at.end()) {
                chosen.push_back({true, at->second});
                continue;
            }
        }
        const auto at = committed_at.find(entry.id);
        if (entry.search == BlockSearch::uncommitted || at == committed_at.end()) {
            return fail(ErrorCode::invalid_block_list);
        }
        chosen.push_back({false, at->second});
    }
    return chosen;
}

Result<std::string> decode_block_id(std::string_view base64, const StorageError& otherwise) {
    auto id = base64_decode(base64);
    if (!id || id->empty() || id->size() > kLongestBlockId) return fail(otherwise);
    return *std::move(id);
}

}  // namespace lazulite::blob
