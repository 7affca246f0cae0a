#pragma once

#include <string>
#include <utility>
#include <vector>

#include "service/service.hpp"

namespace lazulite {

/// A request that this process makes, as the owner of the account that `path` begins with.
struct OwnRequest {
    Method method = Method::get;
    std::string path;   ///< encoded: "/account/container/blob"
    std::string query;  ///< encoded
    std::vector<std::pair<std::string, std::string>> headers = {};
    std::string body = {};
};
Task<Result<Response>> ask(Gateway& gateway, const OwnRequest& own);

}  // namespace lazulite
