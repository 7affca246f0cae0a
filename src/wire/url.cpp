#include "wire/url.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace lazulite {

std::optional<Url> parse_absolute_url(std::string_view text) {
    constexpr std::string_view kHttp = "http://";
    constexpr std::string_view kHttps = "https://";
    const auto in_url = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != 0x7F; };
    if (!std::all_of(text.begin(), text.end(), in_url)) return std::nullopt;
    Url url;
    url.secure = starts_with_ignoring_case(text, kHttps);
    if (!url.secure && !starts_with_ignoring_case(text, kHttp)) return std::nullopt;
    text.remove_prefix(url.secure ? kHttps.size() : kHttp.size());
    text = text.substr(0, text.find('#'));

    url.authority = text.substr(0, text.find_first_of("/?"));
    if (url.authority.empty() || url.authority.find('@') != std::string_view::npos) return std::nullopt;
    text.remove_prefix(url.authority.size());
    const std::size_t question = text.find('?');
    url.path = text.substr(0, question);
    if (url.path.empty()) url.path = "/";
    if (question != std::string_view::npos) url.query = text.substr(question + 1);

    std::string_view port;
    if (url.authority.starts_with('[')) {
        const std::size_t end = url.authority.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        url.host = url.authority.substr(1, end - 1);
        port = url.authority.substr(end + 1);
    } else {
        url.host = url.authority.substr(0, url.authority.find(':'));
        port = url.authority.substr(url.host.size());
    }
    if (url.host.empty()) return std::nullopt;
    url.port = url.secure ? 443 : 80;
    if (port.empty() || port == ":") return url;
    const auto number = port.front() == ':' ? parse_number<std::uint16_t>(port.substr(1)) : std::nullopt;
    if (!number || *number == 0) return std::nullopt;
    url.port = *number;
    return url;
}

bool is_localhost(std::string_view host) {
    constexpr std::string_view kLocalhost = "localhost";
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.size() < kLocalhost.size()) return false;
    const std::string_view below = host.substr(0, host.size() - kLocalhost.size());
    return equals_ignoring_case(host.substr(below.size()), kLocalhost) && (below.empty() || below.ends_with('.'));
}

bool is_loopback(std::string_view host) {
    const bool v4 = host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos;
    return v4 || host == "::1" || is_localhost(host);
}

}  // namespace lazulite
