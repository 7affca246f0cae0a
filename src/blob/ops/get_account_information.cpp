#include "blob/ops/operations.hpp"

namespace lazulite::blob {

namespace {

constexpr ServiceVersion kHierarchyShown{2020, 4, 8};

}  // namespace

Task<Result<Response>> get_account_information(Exchange& x) {
    Response response;
    response.fields.add("x-ms-sku-name", x.account.settings.sku);
    response.fields.add("x-ms-account-kind", x.account.settings.kind);
    if (x.version >= kHierarchyShown) response.fields.add("x-ms-is-hns-enabled", x.account.settings.hierarchical_namespace ? "true" : "false");
    co_return response;
}

}  // namespace lazulite::blob
