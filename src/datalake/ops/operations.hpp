#pragma once

#include "service/exchange.hpp"

namespace lazulite::datalake {

// What the rows of the operation table run; each stands in the file of its name. Reference: "Azure Data Lake Storage Gen2
// REST API", the page of the same name.

Task<Result<Response>> list_filesystems(Exchange& x);
Task<Result<Response>> create_filesystem(Exchange& x);
Task<Result<Response>> get_filesystem_properties(Exchange& x);
Task<Result<Response>> set_filesystem_properties(Exchange& x);
Task<Result<Response>> list_paths(Exchange& x);

Task<Result<Response>> create_file(Exchange& x);
Task<Result<Response>> create_directory(Exchange& x);
Task<Result<Response>> rename_path(Exchange& x);
Task<Result<Response>> append_data(Exchange& x);
Task<Result<Response>> flush_data(Exchange& x);
Task<Result<Response>> set_path_properties(Exchange& x);
Task<Result<Response>> read_path(Exchange& x);
Task<Result<Response>> get_path_properties(Exchange& x);
Task<Result<Response>> delete_path(Exchange& x);

Task<Result<Response>> get_path_status(Exchange& x);
Task<Result<Response>> get_path_access_control(Exchange& x);
Task<Result<Response>> check_path_access(Exchange& x);
Task<Result<Response>> set_access_control(Exchange& x);
Task<Result<Response>> set_access_control_recursive(Exchange& x);

}  // namespace lazulite::datalake
