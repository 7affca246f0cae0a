#include "blob/ops/common.hpp"
#include "blob/ops/operations.hpp"

namespace lazulite::blob {

/// In the service's specification, but the cloud refuses it as a query that it does not know; so was it seen in
/// azure-sdk-for-cpp, issue 5262.
Task<Result<Response>> rename_container(Exchange& /*x*/) {
    co_return fail(StorageError(ErrorCode::invalid_query_parameter_value)
                       .with("QueryParameterName", "comp")
                       .with("QueryParameterValue", "rename")
                       .with("Reason", "Containers cannot be renamed."));
}

}  // namespace lazulite::blob
