#include "blob/ops/block_list_body.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "wire/xml_reader.hpp"

namespace lazulite::blob {

Result<BlockList> parse_block_list(std::string_view body) {
    LAZ_TRY(const XmlNode root, parse_xml(body));
    if (root.name != "BlockList") {
        return fail(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", root.name));
    }
    if (root.children.size() > kMostCommittedBlocks) return fail(ErrorCode::block_list_too_long);
    BlockList list;
    list.ids = std::make_unique<char[]>(root.children.size() * kLongestBlockId);
    char* next = list.ids.get();
    list.entries.reserve(root.children.size());
    for (const XmlNode& node : root.children) {
        BlockListEntry entry{BlockSearch::latest, {}};
        if (node.name == "Committed") {
            entry.search = BlockSearch::committed;
        } else if (node.name == "Uncommitted") {
            entry.search = BlockSearch::uncommitted;
        } else if (node.name != "Latest") {
            return fail(StorageError(ErrorCode::unsupported_xml_node).with("XmlNodeName", node.name));
        }
        LAZ_TRY(const std::string id, decode_block_id(trim(node.text), ErrorCode::invalid_block_id));
        entry.id = {next, id.size()};
        next = std::copy(id.begin(), id.end(), next);
        list.entries.push_back(entry);
    }
    list.crc64 = Crc64::of(as_bytes(body));
    return list;
}

}  // namespace lazulite::blob
