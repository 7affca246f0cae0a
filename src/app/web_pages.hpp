#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/message.hpp"

namespace lazulite {

/// Why a request to the emulator's own endpoint may come from a web page of somebody else; nothing where it does not. Such a
/// page can send requests to this machine, and read the answers where its own name was made to lead here (DNS rebinding).
///
/// Refused are what a browser says it sends for another origin (`Sec-Fetch-Site`, `Origin`), unless it only follows a link,
/// and a Host that somebody on the Internet can own: neither an address, nor a name without a dot, nor one of a domain that
/// is never public, nor this machine's, nor one of `hosts`.
[[nodiscard]] std::optional<std::string> foreign_page(const Request& request, const std::vector<std::string>& hosts);

/// Whether nobody on the Internet can own that name: an address, a name without a dot (a service of Docker Compose), or one
/// below localhost, local, internal, test, home.arpa or svc.
[[nodiscard]] bool is_private_host(std::string_view host);

}  // namespace lazulite
