#pragma once

#include "service/exchange.hpp"

namespace lazulite::datalake {

// What the rows of the operation table run; each stands in the file of its name. Reference: "Azure Data Lake Storage Gen2
// REST API", the page of the same name.

Task<Result<Response>> list_filesystems(Exchange& x);
Task<Result<Response>> create_filesystem(Exchange& x);
Task<Result<Response>> get_filesystem_properties(Exchange& x);
Task<Result<Response>> set_filesystem_properties(Exchange& x);

}  // namespace lazulite::datalake
