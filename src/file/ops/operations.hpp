#pragma once

#include "service/exchange.hpp"

namespace lazulite::file {

// What the rows of the operation table run; each stands in the file of its name, tight pairs in one. Reference: "Azure Files
// REST API", the page of the same name.

Task<Result<Response>> list_shares(Exchange& x);

Task<Result<Response>> create_share(Exchange& x);
Task<Result<Response>> get_share_properties(Exchange& x);
Task<Result<Response>> set_share_properties(Exchange& x);
Task<Result<Response>> get_share_metadata(Exchange& x);
Task<Result<Response>> set_share_metadata(Exchange& x);
Task<Result<Response>> get_share_acl(Exchange& x);
Task<Result<Response>> set_share_acl(Exchange& x);
Task<Result<Response>> get_share_stats(Exchange& x);
Task<Result<Response>> lease_share(Exchange& x);
Task<Result<Response>> snapshot_share(Exchange& x);
Task<Result<Response>> delete_share(Exchange& x);
Task<Result<Response>> restore_share(Exchange& x);
Task<Result<Response>> create_permission(Exchange& x);
Task<Result<Response>> get_permission(Exchange& x);

Task<Result<Response>> create_directory(Exchange& x);
Task<Result<Response>> get_directory_properties(Exchange& x);
Task<Result<Response>> set_directory_properties(Exchange& x);
Task<Result<Response>> get_directory_metadata(Exchange& x);
Task<Result<Response>> set_directory_metadata(Exchange& x);
Task<Result<Response>> delete_directory(Exchange& x);
Task<Result<Response>> list_directories_and_files(Exchange& x);
Task<Result<Response>> rename_directory(Exchange& x);

Task<Result<Response>> create_file(Exchange& x);
Task<Result<Response>> copy_file(Exchange& x);
Task<Result<Response>> abort_copy_file(Exchange& x);
Task<Result<Response>> get_file(Exchange& x);
Task<Result<Response>> get_file_properties(Exchange& x);
Task<Result<Response>> set_file_properties(Exchange& x);
Task<Result<Response>> get_file_metadata(Exchange& x);
Task<Result<Response>> set_file_metadata(Exchange& x);
Task<Result<Response>> put_range(Exchange& x);
Task<Result<Response>> clear_range(Exchange& x);
Task<Result<Response>> list_ranges(Exchange& x);
Task<Result<Response>> lease_file(Exchange& x);
Task<Result<Response>> delete_file(Exchange& x);
Task<Result<Response>> rename_file(Exchange& x);
Task<Result<Response>> list_handles(Exchange& x);
Task<Result<Response>> force_close_handles(Exchange& x);
Task<Result<Response>> create_symbolic_link(Exchange& x);
Task<Result<Response>> get_symbolic_link(Exchange& x);
Task<Result<Response>> create_hard_link(Exchange& x);

}  // namespace lazulite::file
