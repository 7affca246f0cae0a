#pragma once

#include "service/exchange.hpp"

namespace lazulite {

/// A key for a day up to seven, which its owner signs SAS tokens with in place of the account. Fails with
/// invalid_xml_node_value for times that are none or too far apart, missing_required_xml_node without an Expiry.
/// Reference: "Get User Delegation Key".
Task<Result<Response>> get_user_delegation_key(Exchange& x);

}  // namespace lazulite
