#include "service/principals.hpp"

#include "base/text.hpp"
#include "identity/authority.hpp"

namespace lazulite {
namespace {

const Principal* principal_of(const Exchange& x, std::string_view object_id) {
    return x.authority ? x.authority->settings().by_object_id(object_id) : nullptr;
}

}  // namespace

std::vector<std::string> groups_of(const Exchange& x, std::string_view object_id) {
    const Principal* const who = principal_of(x, object_id);
    return who ? who->groups : std::vector<std::string>();
}

std::string user_principal_name(const Exchange& x, std::string_view object_id) {
    const Principal* const who = principal_of(x, object_id);
    return who ? who->user_principal_name : std::string();
}

std::string object_id_of(const Exchange& x, std::string_view user_principal_name) {
    const Principal* const who = x.authority ? x.authority->settings().by_user_principal_name(user_principal_name) : nullptr;
    return who ? to_lower(who->object_id) : std::string();
}

}  // namespace lazulite
