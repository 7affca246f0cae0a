#pragma once

#include "service/exchange.hpp"

namespace lazulite::queue {

// What the rows of the operation table run; each stands in the file of its name. Reference: "Queue service REST API",
// the page of the same name.

Task<Result<Response>> list_queues(Exchange& x);

Task<Result<Response>> create_queue(Exchange& x);
Task<Result<Response>> get_queue_metadata(Exchange& x);
Task<Result<Response>> set_queue_metadata(Exchange& x);
Task<Result<Response>> get_queue_acl(Exchange& x);
Task<Result<Response>> set_queue_acl(Exchange& x);
Task<Result<Response>> delete_queue(Exchange& x);

Task<Result<Response>> put_message(Exchange& x);
Task<Result<Response>> get_messages(Exchange& x);
Task<Result<Response>> peek_messages(Exchange& x);
Task<Result<Response>> update_message(Exchange& x);
Task<Result<Response>> delete_message(Exchange& x);
Task<Result<Response>> clear_messages(Exchange& x);

}  // namespace lazulite::queue
