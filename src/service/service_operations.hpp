#pragma once

#include <functional>

#include "service/exchange.hpp"
#include "service/service_properties.hpp"
#include "service/signed_identifiers.hpp"

namespace lazulite {

// What every service answers alike. Reference: "Get Blob Service Properties", "Set Blob Service Properties", "Get Blob
// Service Stats", and the same of queue, table and file.

Task<Result<Response>> get_service_properties(Exchange& x);
/// Set is partial: what the body leaves out keeps its value.
Task<Result<Response>> set_service_properties(Exchange& x);
/// The same, and `also` in the same transaction.
Task<Result<Response>> set_service_properties(Exchange& x,
                                              std::function<Result<>(WriteTxn&, const ServiceProperties& given)> also);
/// On the secondary endpoint only; the primary answers invalid_query_parameter_value.
Task<Result<Response>> get_service_stats(Exchange& x);

/// The body of Set Container (Queue, Table, Share) ACL. Fails as parse_signed_identifiers, and as bodies do.
Task<Result<StoredPolicies>> receive_stored_policies(Exchange& x, PolicyLetters letters);
/// The body of Get Container (Queue, Table, Share) ACL, from the policies as a row keeps them.
void show_stored_policies(Response& response, std::string_view packed);

}  // namespace lazulite
