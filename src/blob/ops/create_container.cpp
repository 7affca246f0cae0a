#include "blob/domain/names.hpp"
#include "blob/ops/encryption.hpp"
#include "blob/ops/operations.hpp"
#include "blob/ops/tree.hpp"

namespace lazulite::blob {
namespace {

struct CreateContainer {
    Metadata metadata;
    std::optional<PublicAccess> access;
    std::optional<std::string> default_encryption_scope;
    std::optional<bool> deny_encryption_scope_override;
};

template <class Codec>
void describe(Codec& c, CreateContainer& m) {
    c.metadata(m.metadata);
    c.header("x-ms-blob-public-access", m.access);
    c.header("x-ms-default-encryption-scope", m.default_encryption_scope);
    c.header("x-ms-deny-encryption-scope-override", m.deny_encryption_scope_override);
}

}  // namespace

Task<Result<Response>> create_container(Exchange& x) {
    LAZ_CO_CHECK(check_new_container_name(x.target.container));
    LAZ_CO_CHECK(check_no_conditions(x.request));
    LAZ_CO_TRY(const CreateContainer command, decode<CreateContainer>(x.request, x.query));
    LAZ_CO_CHECK(check_public_access(x, command.access));
    std::string scope = command.default_encryption_scope.value_or("");
    if (scope == kAccountKeyScope) scope.clear();
    if (!scope.empty()) LAZ_CO_CHECK(check_scope(x, "x-ms-default-encryption-scope", scope));
    LAZ_CO_TRY(const Instant tick, co_await x.store->write([&](WriteTxn& tx) -> Result<Instant> {
        if (find_container(tx, x.target.container)) return fail(ErrorCode::container_already_exists);
        Container container = new_container(tx, x.account, x.target.container);
        container.access = command.access.value_or(PublicAccess::none);
        container.metadata = command.metadata.pack();
        container.default_encryption_scope = scope;
        container.root_access = access_of_root(x);
        container.deny_encryption_scope_override = command.deny_encryption_scope_override.value_or(false);
        insert_container(tx, container);
        return container.tick;
    }));
    Response response;
    response.status = 201;
    add_tick(response, tick, x.version);
    co_return response;
}

}  // namespace lazulite::blob
