#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

struct SetBlobProperties {
    Guards guards;
    ContentHeaders headers;  ///< the whole set: what is not given is cleared
};

template <class Codec>
void describe(Codec& c, SetBlobProperties& m) {
    c.include(m.guards);
    c.include(m.headers);
}

struct SetBlobMetadata {
    Guards guards;
    Metadata metadata;
};

template <class Codec>
void describe(Codec& c, SetBlobMetadata& m) {
    c.include(m.guards);
    c.metadata(m.metadata);
}

/// Any one of the stored headers in the request replaces the whole set; none of them leaves it alone.
bool gives_headers(const Request& request) {
    for (const std::string_view name :
         {"x-ms-blob-content-type", "x-ms-blob-content-encoding", "x-ms-blob-content-language", "x-ms-blob-content-md5",
          "x-ms-blob-cache-control", "x-ms-blob-content-disposition"}) {
        if (request.fields.has(name)) return true;
    }
    return false;
}

struct Updated {
    Instant tick;
    std::optional<Instant> version;
};

/// Loads, checks, changes and saves. Of the two operations only that on metadata makes a version.
template <class Fn>
Task<Result<Updated>> update_blob(Exchange& x, const Guards& guards, bool makes_version, Fn change) {
    LAZ_CO_CHECK(check_combination(guards.when));
    Result<Updated> updated = co_await x.store->write([&](WriteTxn& tx) -> Result<Updated> {
        LAZ_TRY(const Found found, require_blob(tx, x.target));
        LAZ_CHECK(check_blob_lease(LeaseUse::write, guards.lease_id, found.blob.lease, tx.now()));
        LAZ_CHECK(check_write(guards.when, found.blob.tick));
        LAZ_CHECK(check_tags(x, guards.if_tags, found.blob.tags));
        LAZ_CHECK(check_online(found.blob.tier));
        Blob after = found.blob;
        change(after);
        after.tick = tx.next_tick();
        if (makes_version) {
            const Changed made = change_blob(tx, x, Change::metadata, found.key, found.blob, after, after.tick);
            return Updated{after.tick, made.version};
        }
        replace(tx, found.key, found.blob, after);
        return Updated{after.tick, std::nullopt};
    });
    co_return updated;
}

}  // namespace

Task<Result<Response>> set_blob_properties(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SetBlobProperties command, decode<SetBlobProperties>(x.request, x.query));
    LAZ_CO_TRY(const Updated updated,
               co_await update_blob(x, command.guards, false, [&](Blob& blob) {
                   if (!gives_headers(x.request)) return;
                   ContentHeaders headers = command.headers;
                   if (x.version < kContentDisposition) headers.disposition = blob.headers.disposition;
                   blob.headers = std::move(headers);
               }));
    Response response;
    add_tick(response, updated.tick, x.version);
    co_return response;
}

Task<Result<Response>> set_blob_metadata(Exchange& x) {
    LAZ_CO_CHECK(check_names(x));
    LAZ_CO_TRY(const SetBlobMetadata command, decode<SetBlobMetadata>(x.request, x.query));
    LAZ_CO_TRY(const Updated updated, co_await update_blob(x, command.guards, true, [&](Blob& blob) {
                   blob.metadata = command.metadata.pack();
               }));
    Response response;
    add_tick(response, updated.tick, x.version);
    add_version(response, updated.version, x.version);
    add_encrypted(response, x.version);
    co_return response;
}

}  // namespace lazulite::blob
