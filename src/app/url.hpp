#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/server.hpp"

namespace lazulite {

/// `https://[::1]:10000`
[[nodiscard]] std::string url_of(bool secure, const Endpoint& endpoint);

/// Where a client on this machine finds it: nobody connects to "every address".
[[nodiscard]] Endpoint reachable(Endpoint endpoint);

struct ListenerUrl {
    bool secure = false;
    Endpoint endpoint;
};
/// What `url_of` writes, and nothing else.
[[nodiscard]] std::optional<ListenerUrl> parse_url(std::string_view url);

}  // namespace lazulite
