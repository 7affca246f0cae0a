#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/long_read.hpp"
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
    std::optional<LeaseId> lease_id;
    std::optional<TagCondition> if_tags;
};

template <class Codec>
void describe(Codec& c, GetBlockList& m) {
    c.query("blocklisttype", m.type);
    c.header("x-ms-lease-id", m.lease_id);
    c.header("x-ms-if-tags", m.if_tags);
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

struct BlockLists {
    std::optional<Blob> blob;
    std::string xml;
};

/// Nothing when there are too many for an io thread.
Result<std::optional<BlockLists>> load(ReadTxn& tx, Effort effort, const Exchange& x, const Which& which,
                                       const GetBlockList& command) {
    const BlockListType type = command.type.value_or(BlockListType::committed);
    LAZ_TRY(Place place, find_place(tx, x.target, which));
    const auto set = which ? std::nullopt : find_staged_set(tx, place.key);
    if (!place.blob && !set) return fail(ErrorCode::blob_not_found);
    if (place.blob && place.blob->type != BlobType::block) return fail(ErrorCode::invalid_blob_type);
    if (place.blob) LAZ_CHECK(check_file(*place.blob));
    LAZ_CHECK(check_blob_lease(LeaseUse::read, command.lease_id, place.lease(), tx.now()));
    LAZ_CHECK(check_tags(x, command.if_tags, place.blob ? place.blob->tags : std::string_view()));
    if (place.blob) LAZ_CHECK(check_online(place.blob->tier));
    if (effort == Effort::little && many_blocks(tx, place, set)) return std::nullopt;
    XmlWriter xml;
    xml.open("BlockList");
    if (type != BlockListType::uncommitted) {
        write_blocks(xml, "CommittedBlocks",
                     place.blob && !place.blob->by_data_lake ? contents::named_blocks(tx, place.blob->content)
                                                             : std::vector<Block>());
    }
    if (type != BlockListType::committed) {
        write_blocks(xml, "UncommittedBlocks", set ? staged_blocks(tx, set->staging_id) : std::vector<Block>());
    }
    xml.close();
    return BlockLists{std::move(place.blob), xml.take()};
}

}  // namespace

Task<Result<Response>> get_block_list(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const Which which, decode_which(x.query));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const GetBlockList command, decode<GetBlockList>(x.request, x.query));
    const auto read = [&](ReadTxn& tx, Effort effort) { return load(tx, effort, x, which, command); };
    LAZ_CO_TRY(BlockLists lists, co_await long_read(x, read));

    Response response;
    if (lists.blob) add_tick(response, lists.blob->tick, x.version);
    response.fields.add("x-ms-blob-content-length", std::to_string(lists.blob ? lists.blob->size : 0));
    response.fields.add("Content-Type", "application/xml");
    response.set_body(std::move(lists.xml));
    co_return response;
}

}  // namespace lazulite::blob
