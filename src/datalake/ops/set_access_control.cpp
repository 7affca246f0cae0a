#include "datalake/ops/access_of_path.hpp"
#include "datalake/ops/operations.hpp"

namespace lazulite::datalake {
namespace {

/// What a request changes; what is absent stays.
struct AccessChange {
    std::optional<std::string> owner;
    std::optional<std::string> group;
    std::optional<blob::PathMode> mode;
    std::optional<blob::AclEntries> acl;

    Result<> apply(blob::AccessControl& to, bool directory) const {
        if (owner) to.owner = *owner;
        if (group) to.group = *group;
        if (mode) to.set_mode(*mode);
        if (acl) return to.set_acl(*acl, directory);
        return {};
    }
};

Result<AccessChange> asked_change(const Exchange& x) {
    AccessChange change;
    LAZ_TRY(change.owner, owner_of(x, "x-ms-owner"));
    LAZ_TRY(change.group, owner_of(x, "x-ms-group"));
    const std::string_view permissions = x.request.fields.value_or_empty("x-ms-permissions");
    const std::string_view acl = x.request.fields.value_or_empty("x-ms-acl");
    if (!permissions.empty() && !acl.empty()) return fail(ErrorCode::invalid_input);
    if (!permissions.empty()) {
        LAZ_TRY(change.mode, blob::parse_path_permissions(permissions));
    }
    if (!acl.empty()) {
        LAZ_TRY(blob::AclEntries entries, blob::parse_acl(acl));
        change.acl = with_object_ids(x, std::move(entries));
    }
    if (!change.owner && !change.group && !change.mode && !change.acl) {
        return fail(StorageError(ErrorCode::missing_required_header).with("HeaderName", "x-ms-acl"));
    }
    return change;
}

}  // namespace

Task<Result<Response>> set_access_control(Exchange& x) {
    LAZ_CO_CHECK(check_hierarchical(x));
    LAZ_CO_CHECK(blob::check_names(x));
    LAZ_CO_TRY(const blob::Guards guards, decode<blob::Guards>(x.request, x.query));
    LAZ_CO_TRY(const AccessChange change, asked_change(x));
    LAZ_CO_TRY(const StandingPath path, co_await x.store->write([&](WriteTxn& tx) -> Result<StandingPath> {
        LAZ_TRY(StandingPath path, require_standing(tx, x.target));
        LAZ_CHECK(blob::check_blob_lease(LeaseUse::write, guards.lease_id, path.lease(), tx.now()));
        LAZ_CHECK(blob::check_write(guards.when, path.tick()));
        blob::AccessControl access = path.access();
        LAZ_CHECK(change.apply(access, path.directory()));
        path.set_access(tx, access);
        return path;
    }));
    Response response;
    blob::add_tick(response, path.tick(), x.version);
    add_namespace(response, path.container);
    co_return response;
}

}  // namespace lazulite::datalake
