#include "blob/ops/shown_access.hpp"
#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/operations.hpp"
#include "service/shown_lease.hpp"

namespace lazulite::datalake {
namespace {

struct SeenPath {
    StandingPath path;
    Instant now;
};

Result<SeenPath> see_path(Exchange& x) {
    LAZ_CHECK(blob::check_names(x));
    LAZ_TRY(const blob::Guards guards, decode<blob::Guards>(x.request, x.query));
    return x.store->read([&](ReadTxn& tx) -> Result<SeenPath> {
        LAZ_TRY(StandingPath path, require_standing(tx, x.target));
        LAZ_CHECK(blob::check_blob_lease(LeaseUse::read, guards.lease_id, path.lease(), tx.now()));
        LAZ_CHECK(blob::check_read_guards(x, guards, path.tick()));
        return SeenPath{std::move(path), tx.now()};
    });
}

}  // namespace

Task<Result<Response>> get_path_access_control(Exchange& x) {
    LAZ_CO_CHECK(check_hierarchical(x));
    LAZ_CO_TRY(const SeenPath seen, see_path(x));
    Response response;
    blob::add_tick(response, seen.path.tick(), x.version);
    blob::add_access(response, seen.path.access(), true, names_asked_for(x));
    co_return response;
}

/// What the system knows of a path: nothing that somebody gave it.
Task<Result<Response>> get_path_status(Exchange& x) {
    LAZ_CO_TRY(const SeenPath seen, see_path(x));
    const StandingPath& path = seen.path;
    Response response;
    blob::add_tick(response, path.tick(), x.version);
    HeaderEncoder encoder(response.fields);
    encoder.header("x-ms-resource-type", std::string_view(path.directory() ? "directory" : "file"));
    encoder.header("Accept-Ranges", std::string_view("bytes"));
    if (path.blob) {
        encoder.header("Content-Type", path.blob->headers.type);
        encoder.header("x-ms-creation-time", path.blob->created);
        response.content_length = path.blob->size;
    }
    const MaybeLease lease = path.lease();
    encoder.include(ShownLease{lease, true, seen.now});
    if (path.container.hierarchical) blob::add_access(response, path.access(), false, names_asked_for(x));
    co_return response;
}

}  // namespace lazulite::datalake
