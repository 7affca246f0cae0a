#include "blob/domain/block_list.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/events.hpp"
#include "blob/ops/limits.hpp"
#include "blob/ops/versions.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"
#include "datalake/ops/uncommitted.hpp"
#include "service/from_url.hpp"
#include "service/receive.hpp"
#include "wire/structured_body.hpp"

namespace lazulite::datalake {
namespace {

using blob::Blob;
using blob::Place;

/// Reference: "Path - Update", action append.
struct AppendData {
    std::uint64_t position = 0;
    std::optional<bool> flush;
    std::optional<bool> close;
    PathLease lease;
    std::optional<std::string> type;  ///< of the body, which becomes that of the file where it is flushed
    blob::Encryption encryption;      ///< as asked for
};

template <class Codec>
void describe(Codec& c, AppendData& m) {
    c.query("position", m.position);
    c.query("flush", m.flush);
    c.query("close", m.close);
    c.include(m.lease);
    c.header("Content-Type", m.type);
}

StorageError without_bytes() {
    return StorageError(ErrorCode::invalid_header_value).with("HeaderName", "Content-Length").with("HeaderValue", "0");
}

struct Stage {
    Place place;
    std::optional<blob::StagedSet> set;
    blob::Encryption encryption;
    LeaseSteps lease;
};

/// The file, if it may take these bytes.
Result<Stage> find_stage(ReadTxn& tx, const Exchange& x, const AppendData& command) {
    Stage stage;
    LAZ_TRY(stage.place, require_file(tx, x));
    const Blob& file = *stage.place.blob;
    LAZ_TRY(stage.lease, take_lease(command.lease, file.lease, tx.now()));
    LAZ_CHECK(blob::check_not_copied_to(file.copy));
    LAZ_CHECK(blob::check_online(file.tier));
    stage.set = blob::find_staged_set(tx, stage.place.key);
    LAZ_CHECK(check_made_here(file, stage.set, ErrorCode::invalid_append_operation));
    LAZ_TRY(stage.encryption, blob::encryption_of_new(x, stage.place.container, command.encryption));
    LAZ_CHECK(blob::check_change_of(file.encryption, stage.encryption));
    if (stage.set && stage.set->count >= blob::kMostStagedBlocks &&
        !blob::is_staged(tx, *stage.set, id_of_position(command.position))) {
        return fail(ErrorCode::uncommitted_block_count_exceeds_limit);
    }
    return stage;
}

struct Appended {
    Blob file;
    bool renewed = false;
};

Result<Appended> append(WriteTxn& tx, const Exchange& x, const AppendData& command, const blob::Protection& protection,
                        const Block& block) {
    LAZ_TRY(Stage stage, find_stage(tx, x, command));
    const Place& place = stage.place;
    blob::stage_block(tx, place.key, stage.set, block, stage.encryption);
    Appended done{*place.blob, stage.lease.renewed};
    done.file.lease = stage.lease.after;
    if (!command.flush.value_or(false)) {
        if (done.file.lease != place.blob->lease) blob::replace(tx, place.key, place.blob, done.file);
        return done;
    }
    LAZ_CHECK(commit(tx, place.key, done.file, command.position + block.length, false));
    done.file.tick = tx.next_tick();
    done.file.headers.md5.clear();
    if (command.type) done.file.headers.type = *command.type;
    save_written(tx, x, place, protection, done.file, command.close.value_or(false));
    return done;
}

}  // namespace

Task<Result<Response>> append_data(Exchange& x) {
    LAZ_CO_CHECK(check_path_below_root(x));
    LAZ_CO_TRY(AppendData command, decode<AppendData>(x.request, x.query));
    const bool flushes = command.flush.value_or(false);
    LAZ_CO_CHECK(check_lease_headers(command.lease, flushes));
    LAZ_CO_TRY(command.encryption, blob::asked_encryption(x));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, blob::put_block_limit(x.version), x.version));
    if (x.request.content_length == 0U) co_return fail(without_bytes());
    const auto check = [&](ReadTxn& tx) -> Result<> {
        LAZ_CHECK(find_stage(tx, x, command));
        return {};
    };
    LAZ_CO_TRY(Received body, co_await receive_content(x, rules, check));
    if (body.length == 0) co_return fail(without_bytes());
    Block block{id_of_position(command.position), body.length, {}, Naming::fresh};
    if (body.range) {
        block.source = *body.range;
    } else {
        block.source = body.bytes;
    }
    LAZ_CO_TRY(const blob::Protection protection, blob::protection_of(x));
    LAZ_CO_TRY(const Appended done, co_await x.store->write([&](WriteTxn& tx) -> Result<Appended> {
        return append(tx, x, command, protection, block);
    }));
    body.keep();

    Response response;
    response.status = 202;
    if (flushes) blob::add_tick(response, done.file.tick, x.version);
    if (rules.expected_md5) response.fields.add("Content-MD5", md5_text(*body.md5));
    if (rules.expected_crc64) response.fields.add("x-ms-content-crc64", crc64_text(body.crc64));
    if (body.structured) response.fields.add(kStructuredBodyHeader, kStructuredBody);
    if (done.renewed) response.fields.add("x-ms-lease-renewed", "true");
    blob::add_encryption(response, x.version, done.file.encryption);
    co_return response;
}

}  // namespace lazulite::datalake
