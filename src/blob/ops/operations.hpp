#pragma once

#include "service/exchange.hpp"

namespace lazulite::blob {

// What the rows of the operation table run; each stands in the file of its name. Reference: "Blob service REST API",
// the page of the same name.

Task<Result<Response>> list_containers(Exchange& x);
Task<Result<Response>> set_blob_service_properties(Exchange& x);
Task<Result<Response>> get_account_information(Exchange& x);
Task<Result<Response>> blob_batch(Exchange& x);
Task<Result<Response>> find_blobs_by_tags(Exchange& x);

Task<Result<Response>> create_container(Exchange& x);
Task<Result<Response>> get_container_properties(Exchange& x);
Task<Result<Response>> get_container_metadata(Exchange& x);
Task<Result<Response>> set_container_metadata(Exchange& x);
Task<Result<Response>> get_container_acl(Exchange& x);
Task<Result<Response>> set_container_acl(Exchange& x);
Task<Result<Response>> delete_container(Exchange& x);
Task<Result<Response>> lease_container(Exchange& x);
Task<Result<Response>> rename_container(Exchange& x);
Task<Result<Response>> restore_container(Exchange& x);
Task<Result<Response>> list_blobs(Exchange& x);

Task<Result<Response>> put_block_blob(Exchange& x);
Task<Result<Response>> put_append_blob(Exchange& x);
Task<Result<Response>> get_blob(Exchange& x);
Task<Result<Response>> get_blob_properties(Exchange& x);
Task<Result<Response>> get_blob_metadata(Exchange& x);
Task<Result<Response>> set_blob_properties(Exchange& x);
Task<Result<Response>> set_blob_metadata(Exchange& x);
Task<Result<Response>> set_blob_expiry(Exchange& x);
Task<Result<Response>> set_blob_immutability_policy(Exchange& x);
Task<Result<Response>> delete_blob_immutability_policy(Exchange& x);
Task<Result<Response>> set_blob_legal_hold(Exchange& x);
Task<Result<Response>> delete_blob(Exchange& x);
Task<Result<Response>> snapshot_blob(Exchange& x);
Task<Result<Response>> lease_blob(Exchange& x);
Task<Result<Response>> undelete_blob(Exchange& x);
Task<Result<Response>> set_blob_tier(Exchange& x);
Task<Result<Response>> get_blob_tags(Exchange& x);
Task<Result<Response>> set_blob_tags(Exchange& x);
Task<Result<Response>> put_block(Exchange& x);
Task<Result<Response>> put_block_list(Exchange& x);
Task<Result<Response>> get_block_list(Exchange& x);
Task<Result<Response>> append_block(Exchange& x);
Task<Result<Response>> seal_append_blob(Exchange& x);
Task<Result<Response>> put_page_blob(Exchange& x);
Task<Result<Response>> put_page(Exchange& x);
Task<Result<Response>> clear_page(Exchange& x);
Task<Result<Response>> get_page_ranges(Exchange& x);
Task<Result<Response>> copy_blob(Exchange& x);
Task<Result<Response>> abort_copy_blob(Exchange& x);
Task<Result<Response>> incremental_copy_blob(Exchange& x);
Task<Result<Response>> copy_blob_from_url(Exchange& x);
Task<Result<Response>> put_blob_from_url(Exchange& x);
Task<Result<Response>> query_blob_contents(Exchange& x);

}  // namespace lazulite::blob
