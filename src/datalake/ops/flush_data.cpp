#include "blob/ops/encryption.hpp"
#include "blob/ops/events.hpp"
#include "datalake/ops/operations.hpp"
#include "datalake/ops/path.hpp"
#include "datalake/ops/uncommitted.hpp"

namespace lazulite::datalake {
namespace {

using blob::Blob;
using blob::Place;

/// Reference: "Path - Update", action flush.
struct FlushData {
    std::uint64_t position = 0;
    std::optional<bool> retain;
    std::optional<bool> close;
    blob::Guards guards;
    PathHeaders headers;
    PathLease lease;
    blob::Encryption encryption;  ///< as asked for
};

template <class Codec>
void describe(Codec& c, FlushData& m) {
    c.query("position", m.position);
    c.query("retainUncommittedData", m.retain);
    c.query("close", m.close);
    c.include(m.guards);
    c.include(m.headers);
    c.include(m.lease);
}

struct Flushed {
    Blob file;
    bool renewed = false;
};

Result<Flushed> flush(WriteTxn& tx, const Exchange& x, const FlushData& command, const blob::Protection& protection) {
    LAZ_TRY(const Place place, require_file(tx, x));
    const Blob& before = *place.blob;
    LAZ_TRY(const LeaseSteps lease, take_lease(command.lease, before.lease, tx.now()));
    LAZ_CHECK(blob::check_write(command.guards.when, place.tick()));
    LAZ_CHECK(blob::check_not_copied_to(before.copy));
    LAZ_CHECK(blob::check_online(before.tier));
    LAZ_CHECK(check_made_here(before, blob::find_staged_set(tx, place.key), ErrorCode::invalid_flush_operation));
    LAZ_TRY(const blob::Encryption asked, blob::encryption_of_new(x, place.container, command.encryption));
    LAZ_CHECK(blob::check_change_of(before.encryption, asked));
    Flushed done{before, lease.renewed};
    Blob& file = done.file;
    LAZ_CHECK(commit(tx, place.key, file, command.position, command.retain.value_or(false)));
    file.tick = tx.next_tick();
    file.headers.md5.clear();
    command.headers.apply(file.headers);
    file.lease = lease.after;
    save_written(tx, x, place, protection, file, command.close.value_or(false));
    return done;
}

/// Whether so much is staged that its rows are not for a calling thread.
Result<bool> flushes_much(Exchange& x) {
    return x.store->read([&](ReadTxn& tx) -> Result<bool> {
        LAZ_TRY(const Place place, require_file(tx, x));
        const auto set = blob::find_staged_set(tx, place.key);
        return set && set->count > blob::kFewBlocks / 10;
    });
}

}  // namespace

Task<Result<Response>> flush_data(Exchange& x) {
    LAZ_CO_CHECK(check_path_below_root(x));
    LAZ_CO_TRY(FlushData command, decode<FlushData>(x.request, x.query));
    if (x.request.content_length.value_or(0) != 0) co_return fail(ErrorCode::content_length_must_be_zero);
    LAZ_CO_CHECK(blob::check_combination(command.guards.when));
    LAZ_CO_CHECK(check_lease_headers(command.lease, true));
    LAZ_CO_TRY(command.encryption, blob::asked_encryption(x));
    LAZ_CO_TRY(const blob::Protection protection, blob::protection_of(x));
    const auto write = [&](WriteTxn& tx) { return flush(tx, x, command, protection); };
    LAZ_CO_TRY(const bool much, flushes_much(x));
    Flushed done;
    if (much) {
        LAZ_CO_TRY(done, co_await x.store->write_large(write));
    } else {
        LAZ_CO_TRY(done, co_await x.store->write(write));
    }
    Response response;
    blob::add_tick(response, done.file.tick, x.version);
    if (done.renewed) response.fields.add("x-ms-lease-renewed", "true");
    response.fields.add("x-ms-request-server-encrypted", "false");
    response.content_length = 0;
    co_return response;
}

}  // namespace lazulite::datalake
