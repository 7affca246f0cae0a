#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::blob {
/// A static website has its container from the moment it is enabled.
Task<Result<Response>> set_blob_service_properties(Exchange& x) {
    const auto make_website = [&x](WriteTxn& tx, const ServiceProperties& given) -> Result<> {
        const bool enabled = given.static_website && given.static_website->enabled;
        if (enabled && !find_container(tx, kWebsiteContainer)) {
            insert_container(tx, new_container(tx, x.account, kWebsiteContainer));
        }
        return {};
    };
    Result<Response> response = co_await set_service_properties(x, make_website);
    co_return response;
}

}  // namespace lazulite::blob
