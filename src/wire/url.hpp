#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lazulite {

/// The parts of an absolute http or https URL: views of its text.
struct Url {
    bool secure = false;
    std::string_view authority;  ///< host and port as written, as a Host header has them
    std::string_view host;       ///< without the brackets of an IPv6 address
    std::uint16_t port = 0;      ///< 80 or 443 where none is written
    std::string_view path;       ///< as written, at least "/"
    std::string_view query;      ///< without the '?'
};

/// Nothing for another scheme, for one with user information, a bad port, or a character that no URL has. A fragment is
/// dropped.
[[nodiscard]] std::optional<Url> parse_absolute_url(std::string_view text);

/// `localhost` and names below it, which are this machine by RFC 6761.
[[nodiscard]] bool is_localhost(std::string_view host);
/// The same, and addresses that lead back to this machine as they are usually written: 127.0.0.1, ::1.
[[nodiscard]] bool is_loopback(std::string_view host);

}  // namespace lazulite
