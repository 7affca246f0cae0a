#include "blob/ops/operations.hpp"

namespace lazulite::blob {

Task<Result<Response>> get_account_information(Exchange& /*x*/) {
    Response response;
    response.fields.add("x-ms-sku-name", "Standard_RAGRS");
    response.fields.add("x-ms-account-kind", "StorageV2");
    response.fields.add("x-ms-is-hns-enabled", "false");
    co_return response;
}

}  // namespace lazulite::blob
