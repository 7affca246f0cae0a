#include "auth/stored_policy.hpp"
#include "service/receive.hpp"
#include "service/signed_identifiers.hpp"
#include "table/ops/common.hpp"
#include "table/ops/operations.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {
namespace {

// Five policies stay well below.
constexpr std::uint64_t kMostAclBytes = 64 << 10;
constexpr PolicyLetters kTableLetters{"raud", ""};

}  // namespace

Task<Result<Response>> get_table_acl(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const Table table, x.store->read([&](ReadTxn& tx) { return require_table(tx, x.target.container); }));
    Response response;
    response.fields.add("Content-Type", "application/xml");
    response.set_body(write_signed_identifiers(unpack_policies(table.policies)));
    co_return response;
}

Task<Result<Response>> set_table_acl(Exchange& x) {
    LAZ_CO_CHECK(check_table_name(x.target.container, x.behaviour.loose));
    LAZ_CO_TRY(const BodyRules rules, body_rules(x.request, kMostAclBytes, x.version));
    LAZ_CO_TRY(const std::string body, co_await receive_text(x, rules));
    LAZ_CO_TRY(const StoredPolicies policies, parse_signed_identifiers(body, kTableLetters));
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
