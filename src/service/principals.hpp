#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "service/exchange.hpp"

namespace lazulite {

// What is known of people beside what their tokens say. Where nobody issues tokens here, that is nothing.

/// The groups that somebody is a member of.
[[nodiscard]] std::vector<std::string> groups_of(const Exchange& x, std::string_view object_id);
/// The user principal name of an object id; empty where there is none, as of applications and groups.
[[nodiscard]] std::string user_principal_name(const Exchange& x, std::string_view object_id);
/// The object id of whoever has that user principal name; empty where nobody has.
[[nodiscard]] std::string object_id_of(const Exchange& x, std::string_view user_principal_name);

}  // namespace lazulite
