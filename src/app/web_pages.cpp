#include "app/web_pages.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/text.hpp"

namespace lazulite {
namespace {

/// Host of a Host header: without port, and without the dot of the root.
std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
    authority = authority.substr(0, authority.find(':'));
    if (authority.ends_with('.')) authority.remove_suffix(1);
    return authority;
}

bool is_this_machine(std::string_view host) {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 && equals_ignoring_case(host, std::string_view(name.data()));
}

/// A browser that goes where a person clicked shows the answer to that person, not to the page with the link.
bool follows_a_link(const Request& request) {
    return (request.method == Method::get || request.method == Method::head) &&
           request.fields.value_or_empty("Sec-Fetch-Mode") == "navigate" &&
           request.fields.value_or_empty("Sec-Fetch-Dest") == "document";
}

}  // namespace

bool is_private_host(std::string_view host) {
    constexpr std::string_view kDomains[] = {".localhost", ".local", ".internal", ".test", ".home.arpa", ".svc"};
    if (host.starts_with('[') || host.find('.') == std::string_view::npos) return true;
    if (host.find_first_not_of("0123456789.") == std::string_view::npos) return true;
    return std::any_of(std::begin(kDomains), std::end(kDomains), [host](std::string_view domain) {
        return host.size() > domain.size() && equals_ignoring_case(host.substr(host.size() - domain.size()), domain);
    });
}

std::optional<std::string> foreign_page(const Request& request, const std::vector<std::string>& hosts) {
    const std::string_view authority = request.fields.value_or_empty("Host");
    const std::string_view host = host_of(authority);
    const bool known = is_private_host(host) || is_this_machine(host) ||
                       std::any_of(hosts.begin(), hosts.end(),
                                   [host](const std::string& name) { return equals_ignoring_case(host, name); });
    if (!known) {
        return "a web page could have been made to call this server " + std::string(host) +
               "; start with --controlHost " + std::string(host) + " to allow that name here";
    }
    const auto site = request.fields.find("Sec-Fetch-Site");
    if (site && *site != "same-origin" && *site != "none" && !follows_a_link(request)) {
        return "a web page of another origin sends this";
    }
    const auto origin = request.fields.find("Origin");
    const std::string own = (request.secure ? "https://" : "http://") + std::string(authority);
    if (origin && !equals_ignoring_case(*origin, own)) return "a web page of another origin sends this";
    return std::nullopt;
}

}  // namespace lazulite
