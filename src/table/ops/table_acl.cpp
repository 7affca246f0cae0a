#include "auth/stored_policy.hpp"
#include "service/service_operations.hpp"
#include "table/ops/common.hpp"
#include "table/ops/operations.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

constexpr PolicyLetters kTableLetters{"raud", ""};

}  // namespace

Task<Result<Response>> get_table_acl(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const Table table, x.store->read([&](ReadTxn& tx) { return require_table(tx, x.target.container); }));
    Response response;
    show_stored_policies(response, table.policies);
    co_return response;
}

Task<Result<Response>> set_table_acl(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const StoredPolicies policies, co_await receive_stored_policies(x, kTableLetters));
    LAZ_CO_CHECK(co_await x.store->write([&](WriteTxn& tx) -> Result<> {
        LAZ_TRY(Table table, require_table(tx, x.target.container));
        table.policies = pack_policies(policies);
        update_table(tx, table);
        return {};
    }));
    Response response;
    response.status = 204;
    co_return response;
}

}  // namespace lazulite::table
