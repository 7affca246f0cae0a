#include "blob/domain/names.hpp"
#include "blob/ops/common.hpp"
#include "blob/ops/container_properties.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/versions.hpp"

namespace lazulite::blob {
namespace {

struct RestoreContainer {
    std::string name;
    std::string version;
};

template <class Codec>
void describe(Codec& c, RestoreContainer& m) {
    c.header("x-ms-deleted-container-name", m.name);
    c.header("x-ms-deleted-container-version", m.version);
}

}  // namespace

/// A deleted container comes back with all that was in it.
Task<Result<Response>> restore_container(Exchange& x) {
    LAZ_CO_CHECK(check_new_container_name(x.target.container));
    LAZ_CO_CHECK(check_offered_since(x, kRestoredContainers));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const RestoreContainer command, decode<RestoreContainer>(x.request, x.query));
    if (command.name != x.target.container) {
        co_return fail(StorageError(ErrorCode::invalid_header_value)
                           .with("HeaderName", "x-ms-deleted-container-name")
                           .with("HeaderValue", command.name)
                           .with("Reason", "It must be the name of the container that is restored."));
    }
    if (command.version.empty()) {
        co_return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-deleted-container-version"));
    }
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        const auto deleted = parse_container_version(command.version);
        const auto container = deleted ? find_deleted_container(tx, command.name, *deleted) : std::nullopt;
        if (!container) return fail(ErrorCode::container_not_found);
        if (find_container(tx, command.name)) return fail(ErrorCode::container_already_exists);
        blob::restore_container(tx, *container);
        return {};
    }));
    Response response;
    response.status = 201;
    co_return response;
}

}  // namespace lazulite::blob
