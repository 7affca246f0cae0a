#include "app/url.hpp"

#include "base/text.hpp"

namespace lazulite {

std::string url_of(bool secure, const Endpoint& endpoint) {
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    return (secure ? "https://" : "http://") + (v6 ? "[" + endpoint.address + "]" : endpoint.address) + ":" +
           std::to_string(endpoint.port);
}

Endpoint reachable(Endpoint endpoint) {
    if (endpoint.address == "0.0.0.0") endpoint.address = "127.0.0.1";
    if (endpoint.address == "::") endpoint.address = "::1";
    return endpoint;
}

std::optional<ListenerUrl> parse_url(std::string_view url) {
    const bool secure = url.starts_with("https://");
    if (!secure && !url.starts_with("http://")) return std::nullopt;
    url.remove_prefix(url.find("://") + 3);
    const std::size_t colon = url.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto port = parse_number<std::uint16_t>(url.substr(colon + 1));
    std::string_view host = url.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!port || host.empty()) return std::nullopt;
    return ListenerUrl{secure, {std::string(host), *port}};
}

}  // namespace lazulite
