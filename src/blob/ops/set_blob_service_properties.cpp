#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"
#include "service/service_operations.hpp"

namespace lazulite::blob {
namespace {

/// A static website has its container from the moment it is enabled.
Result<> make_website(WriteTxn& tx, const ServiceProperties& given) {
    const bool enabled = given.static_website && given.static_website->enabled;
    if (enabled && !find_container(tx, kWebsiteContainer)) insert_container(tx, new_container(tx, kWebsiteContainer));
    return {};
}

}  // namespace

Task<Result<Response>> set_blob_service_properties(Exchange& x) {
    Result<Response> response = co_await set_service_properties(x, make_website);
    co_return response;
}

}  // namespace lazulite::blob
