#include "blob/ops/block_list_body.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/immutability.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tags.hpp"
#include "blob/ops/tiers.hpp"
#include "blob/ops/versions.hpp"
#include "service/long_read.hpp"
#include "service/receive.hpp"

namespace lazulite::blob {
namespace {

struct PutBlockList {
    Guards guards;
    ContentHeaders headers;
    Metadata metadata;
    std::optional<AccessTier> tier;  ///< read by `tier_of_upload`
    std::string tags;                ///< packed; read by `tags_of_upload`
    AskedImmutability immutability;
    Encryption encryption;  ///< as asked for; read by `asked_encryption`
};

template <class Codec>
void describe(Codec& c, PutBlockList& m) {
    c.include(m.guards);
    c.include(m.headers);
    c.metadata(m.metadata);
    c.include(m.immutability);
}

/// Bytes of a body that are parsed on the io thread, some 500 entries.
constexpr std::size_t kParsedHere = 32 << 10;

/// A commit prepared from one snapshot: valid while blob and staged set are as they were then.
struct Prepared {
    std::optional<Instant> blob_tick;
    std::optional<std::int64_t> set_stamp;
    TakenBlocks taken;
    contents::EncodedList list;
};

std::vector<std::string_view> ids_of(const std::vector<Block>& blocks) {
    std::vector<std::string_view> ids;
    ids.reserve(blocks.size());
    for (const Block& block : blocks) ids.emplace_back(block.id);
    return ids;
}

TakenBlocks told_by_the_fewer(std::vector<Block>& staged, const std::vector<bool>& taken) {
    TakenBlocks told;
    const auto count = static_cast<std::size_t>(std::count(taken.begin(), taken.end(), true));
    const bool only = count < staged.size() - count;
    if (only) told.only.emplace();
    for (std::size_t i = 0; i < staged.size(); ++i) {
        if (only && taken[i]) *told.only += staged[i].id;
        if (!only && !taken[i]) told.all_but.push_back(std::move(staged[i].source));
    }
    return told;
}

/// Of a blob that has no committed blocks yet, dates are judged by the last Put Block, and there is no ETag.
Result<> check_conditions(const Conditions& when, const Place& place, const std::optional<StagedSet>& set) {
    LAZ_CHECK(check_create(when, place.tick()));
    if (place.blob || !set || when.any_etag()) return {};
    return check_write(when, set->last_put);
}

/// Whether the list may be committed there, whatever it names.
Result<> check_place(ReadTxn& tx, const Exchange& x, const Place& place, const std::optional<StagedSet>& set,
                     const PutBlockList& command) {
    if (place.blob && !x.identity.may_overwrite()) return fail(ErrorCode::unauthorized_blob_overwrite);
    LAZ_CHECK(check_blob_lease(LeaseUse::write, command.guards.lease_id, place.lease(), tx.now()));
    LAZ_CHECK(check_conditions(command.guards.when, place, set));
    LAZ_CHECK(check_tags(x, command.guards.if_tags, place.blob ? place.blob->tags : std::string_view()));
    if (place.blob && place.blob->type != BlobType::block) return fail(ErrorCode::invalid_blob_type);
    LAZ_CHECK(check_takes_blocks(place));
    if (place.blob) LAZ_CHECK(check_not_copied_to(place.blob->copy));
    if (place.blob) LAZ_CHECK(check_online(place.blob->tier));
    if (place.blob) LAZ_CHECK(check_overwritable(x, *place.blob));
    LAZ_CHECK(immutability_of_upload(x, command.immutability, tx.now()));
    LAZ_CHECK(encryption_of_new(x, place.container, command.encryption));
    return check_type(tx, place, BlobType::block);
}

/// Nothing when there are too many blocks for an io thread.
Result<std::optional<Prepared>> prepare(ReadTxn& tx, Effort effort, const Exchange& x, const PutBlockList& command,
                                        const std::vector<BlockListEntry>& entries) {
    LAZ_TRY(const Place place, find_place(tx, x.target));
    const auto set = find_staged_set(tx, place.key);
    LAZ_CHECK(check_place(tx, x, place, set, command));
    if (effort == Effort::little && (entries.size() > kFewBlocks || many_blocks(tx, place, set))) return std::nullopt;
    Prepared prepared;
    std::vector<Block> committed;
    std::vector<Block> staged;
    if (place.blob) {
        prepared.blob_tick = place.blob->tick;
        if (place.blob->type == BlobType::block) committed = contents::named_blocks(tx, place.blob->content);
    }
    if (set) {
        prepared.set_stamp = set->stamp;
        staged = staged_blocks(tx, set->staging_id);
    }
    std::vector<bool> taken(staged.size());
    LAZ_TRY(const auto chosen, choose_blocks(entries, ids_of(committed), ids_of(staged)));
    std::vector<Block> blocks;
    blocks.reserve(chosen.size());
    LAZ_TRY(const Encryption encryption, encryption_of_new(x, place.container, command.encryption));
    for (const ChosenBlock& choice : chosen) {
        LAZ_CHECK(check_change_of(choice.staged ? set->encryption : place.blob->encryption, encryption));
        blocks.push_back(choice.staged ? staged[choice.index] : committed[choice.index]);
        blocks.back().naming = choice.staged ? Naming::moved : Naming::shared;
        if (choice.staged) taken[choice.index] = true;
    }
    prepared.list = contents::encode_list(blocks);
    prepared.taken = told_by_the_fewer(staged, taken);
    return prepared;
}

struct Committed {
    Instant tick;
    std::optional<Instant> version;
    Encryption encryption;
};

/// Nothing when blob or staged set changed since `prepared` was made: the caller prepares again.
Result<std::optional<Committed>> commit(WriteTxn& tx, const Exchange& x, const PutBlockList& command,
                                        const Protection& protection, const Prepared& prepared) {
    LAZ_TRY(Place place, find_place(tx, x.target));
    const auto set = find_staged_set(tx, place.key);
    LAZ_CHECK(check_place(tx, x, place, set, command));
    const auto tick = place.tick();
    if (tick != prepared.blob_tick || (set ? std::optional(set->stamp) : std::nullopt) != prepared.set_stamp) {
        return std::nullopt;
    }
    Blob blob = blob_in_place_of(tx, x, place, BlobType::block);
    blob.size = prepared.list.size;
    blob.headers = command.headers;
    if (blob.headers.type.empty()) blob.headers.type = kDefaultContentType;
    blob.metadata = command.metadata.pack();
    blob.tags = command.tags;
    LAZ_TRY(blob.immutability, immutability_of_upload(x, command.immutability, tx.now()));
    LAZ_TRY(blob.encryption, encryption_of_new(x, place.container, command.encryption));
    blob.tier = tier_of_new(command.tier, place.blob ? std::optional(place.blob->tier) : std::nullopt, tx.now());
    if (!prepared.list.chunks.empty()) blob.content = contents::create_list(tx, prepared.list);
    if (set) {
        consume_staged_set(tx, place.key, *set, prepared.taken);
    } else {
        drop_staged_set(tx, place.key);  // one whose time is over may still stand there
    }
    const Changed changed = change_blob(tx, protection, Change::replace, place.key, place.blob, blob, blob.tick);
    blob.version = changed.version;
    note(tx, x, place.container, {EventType::created, place.blob, blob, {}, changed.soft_deleted});
    return Committed{blob.tick, blob.version, blob.encryption};
}

}  // namespace

Task<Result<Response>> put_block_list(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(PutBlockList command, decode<PutBlockList>(x.request, x.query));
    LAZ_CO_TRY(command.tier, tier_of_upload(x));
    LAZ_CO_TRY(command.tags, tags_of_upload(x));
    LAZ_CO_TRY(command.encryption, asked_encryption(x));
    keep_known(command.headers, x.version);
    LAZ_CO_CHECK(check_combination(command.guards.when));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kBlockListBodyLimit, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    BlockList list;
    if (body.size() > kParsedHere) {
        LAZ_CO_TRY(list, co_await run_on(x.workers, [&] { return parse_block_list(body); }));
    } else {
        LAZ_CO_TRY(list, parse_block_list(body));
    }

    const auto prepare_it = [&](ReadTxn& tx, Effort effort) { return prepare(tx, effort, x, command, list.entries); };
    LAZ_CO_TRY(const Protection protection, protection_of(x));
    std::optional<Committed> committed;
    while (!committed) {
        LAZ_CO_TRY(const Prepared prepared, co_await long_read(x, prepare_it));
        LAZ_CO_TRY(committed, co_await x.store->write_large([&](WriteTxn& tx) { 
            return commit(tx, x, command, protection, prepared);
        }));
    }

    Response response;
    response.status = 201;
    add_tick(response, committed->tick, x.version);
    add_version(response, committed->version, x.version);
    if (rules.expected_md5) response.fields.add("Content-MD5", md5_text(*rules.expected_md5));
    if (x.version >= (rules.expected_md5 ? kBothHashes : kCrc64)) {
        response.fields.add("x-ms-content-crc64", crc64_text(list.crc64));
    }
    add_encryption(response, x.version, committed->encryption);
    co_return response;
}

}  // namespace lazulite::blob
