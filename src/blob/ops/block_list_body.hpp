#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "blob/domain/block_list.hpp"

namespace lazulite::blob {

/// The body of Put Block List.
struct BlockList {
    std::unique_ptr<char[]> ids;  ///< what the entries point into
    std::vector<BlockListEntry> entries;
    std::uint64_t crc64 = 0;  ///< of the body
};

/// Fails with invalid_xml_document, unsupported_xml_node for another element, invalid_block_id, block_list_too_long past
/// 50,000 entries. Reference: "Put Block List", request body.
[[nodiscard]] Result<BlockList> parse_block_list(std::string_view body);

}  // namespace lazulite::blob
