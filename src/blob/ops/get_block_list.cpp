#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "wire/xml_writer.hpp"

namespace lazulite::blob {
namespace {

enum class BlockListType : std::uint8_t { committed, uncommitted, all };
constexpr auto kBlockListTypes = std::to_array<Named<BlockListType>>({{BlockListType::committed, "committed"},
                                                                      {BlockListType::uncommitted, "uncommitted"},
                                                                      {BlockListType::all, "all"}});
constexpr std::span<const Named<BlockListType>> names_of(BlockListType) { return kBlockListTypes; }

struct GetBlockList {
    std::optional<BlockListType> type;
    std::optional<std::string> lease_id;
};

template <class Codec>
void describe(Codec& c, GetBlockList& m) {
    c.query("blocklisttype", m.type);
    c.header("x-ms-lease-id", m.lease_id);
}

struct BlockLists {
    std::optional<Blob> blob;
    std::vector<Block> committed;
    std::vector<Block> uncommitted;
};

Result<BlockLists> load(ReadTxn& tx, const Exchange& x, const GetBlockList& command, BlockListType type) {
    LAZ_TRY(Place place, find_place(tx, x.target));
    const auto set = find_staged_set(tx, place.key);
    if (!place.blob && !set) return fail(ErrorCode::blob_not_found);
    if (place.blob && place.blob->type != BlobType::block) return fail(ErrorCode::invalid_blob_type);
    LAZ_CHECK(check_blob_lease({{}, command.lease_id}));
    BlockLists lists;
    if (place.blob && type != BlockListType::uncommitted) {
        lists.committed = contents::blocks(tx, place.blob->content);
    }
    if (set && type != BlockListType::committed) lists.uncommitted = staged_blocks(tx, set->staging_id);
    lists.blob = std::move(place.blob);
    return lists;
}

void write_blocks(XmlWriter& xml, std::string_view name, const std::vector<Block>& blocks) {
    xml.open(name);
    for (const Block& block : blocks) {
        xml.open("Block");
        xml.element("Name", base64_encode(as_bytes(block.id)));
        xml.element("Size", std::to_string(block.length));
        xml.close();
    }
    xml.close();
}

}  // namespace

Task<Result<Response>> get_block_list(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_offered_headers(x.request));
    LAZ_CO_CHECK(check_version_parameters(x.query));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const GetBlockList command, decode<GetBlockList>(x.request, x.query));
    const BlockListType type = command.type.value_or(BlockListType::committed);
    LAZ_CO_TRY(const BlockLists lists, x.store->read([&](ReadTxn& tx) { return load(tx, x, command, type); }));

    XmlWriter xml;
    xml.open("BlockList");
    if (type != BlockListType::uncommitted) write_blocks(xml, "CommittedBlocks", lists.committed);
    if (type != BlockListType::committed) write_blocks(xml, "UncommittedBlocks", lists.uncommitted);
    xml.close();

    Response response;
    if (lists.blob) add_tick(response, lists.blob->tick, x.version);
    response.fields.add("x-ms-blob-content-length", std::to_string(lists.blob ? lists.blob->size : 0));
    response.fields.add("Content-Type", "application/xml");
    response.set_body(xml.take());
    co_return response;
}

}  // namespace lazulite::blob
