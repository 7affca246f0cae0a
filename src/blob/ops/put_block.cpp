#include "blob/domain/block_list.hpp"
#include "blob/ops/encryption.hpp"
#include "service/from_url.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/page_blob.hpp"
#include "blob/ops/tree.hpp"
#include "blob/ops/versions.hpp"
#include "service/receive.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::blob {
namespace {

struct PutBlock {
    std::string block_id;
    std::optional<LeaseId> lease_id;
    Encryption encryption;  ///< as asked for; read by `asked_encryption`
};

template <class Codec>
void describe(Codec& c, PutBlock& m) {
    c.query("blockid", m.block_id);
    c.header("x-ms-lease-id", m.lease_id);
}

/// What stands at the place must be able to take another block. All ids of uncommitted blocks are of one length; those
/// of committed blocks bind nobody. Reference: "Put Block", URI parameters.
struct Stage {
    Place place;
    BlobKey key;
    std::optional<StagedSet> set;
    Encryption encryption;  ///< of the block
};

Result<Stage> find_stage(ReadTxn& tx, const Exchange& x, const PutBlock& command, const std::string& id) {
    LAZ_TRY(Place place, find_place(tx, x.target));
    LAZ_CHECK(check_no_directory(place));
    LAZ_CHECK(check_takes_blocks(place));
    if (place.blob && place.blob->type != BlobType::block) return fail(ErrorCode::invalid_blob_type);
    LAZ_CHECK(check_blob_lease(LeaseUse::write, command.lease_id, place.lease(), tx.now()));
    if (place.blob) LAZ_CHECK(check_not_copied_to(place.blob->copy));
    if (place.blob) LAZ_CHECK(check_online(place.blob->tier));
    Stage stage{place, place.key, {}, {}};
    LAZ_TRY(stage.encryption, encryption_of_new(x, place.container, command.encryption));
    stage.set = find_staged_set(tx, stage.key);
    if (stage.set) LAZ_CHECK(check_change_of(stage.set->encryption, stage.encryption));
    if (stage.set) {
        if (stage.set->id_length != id.size()) return fail(ErrorCode::invalid_blob_or_block);
        if (stage.set->count >= kMostStagedBlocks && !is_staged(tx, *stage.set, id)) {
            return fail(ErrorCode::uncommitted_block_count_exceeds_limit);
        }
    }
    return stage;
}

}  // namespace

/// And Put Block From URL.
Task<Result<Response>> put_block(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(PutBlock command, decode<PutBlock>(x.request, x.query));
    LAZ_CO_TRY(command.encryption, asked_encryption(x));
    LAZ_CO_TRY(const std::string id,
               decode_block_id(command.block_id, StorageError(ErrorCode::invalid_query_parameter_value)
                                                     .with("QueryParameterName", "blockid")
                                                     .with("QueryParameterValue", command.block_id)
                                                     .with("Reason", "Not a valid base64 string.")));
    LAZ_CO_TRY(BodyRules rules, rules_of_write(x, put_block_limit(x.version)));
    LAZ_CO_TRY(const auto length, length_of_write(x));
    if (length == 0U) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)
                           .with("HeaderName", "Content-Length")
                           .with("HeaderValue", "0"));
    }
    const auto check = [&](ReadTxn& tx) -> Result<> {
        LAZ_CHECK(find_stage(tx, x, command, id));
        return {};
    };
    LAZ_CO_TRY(Received body, co_await receive_written(x, rules, check));
    if (body.length == 0) co_return fail(bad_header("Content-Length", "0"));
    Block block{id, body.length, {}, Naming::fresh};
    if (body.range) {
        block.source = *body.range;
    } else {
        block.source = body.bytes;
    }
    LAZ_CO_TRY(const Encryption encryption, co_await x.store->write([&](WriteTxn& tx) -> Result<Encryption> {
        LAZ_TRY(Stage stage, find_stage(tx, x, command, id));
        make_way(tx, x, stage.place);
        stage.key = stage.place.key;
        // A blob begins anew there. Reference: "Soft delete for blobs", protection by operation.
        if (!stage.set && !x.account.settings.blob_versioning) retain_as_snapshot(tx, stage.key, BlobType::block);
        stage_block(tx, stage.key, stage.set, block, stage.encryption);
        return stage.encryption;
    }));
    body.keep();

    Response response;
    response.status = 201;
    if (rules.expected_md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (x.version >= (rules.expected_md5 ? kBothHashes : kCrc64)) {
        response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    }
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    add_encryption(response, x.version, encryption);
    co_return response;
}

}  // namespace lazulite::blob
