#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string_view>

namespace lazulite {

/// Where an address leads, for requests of our own that somebody else has us send.
enum class Reached : std::uint8_t {
    loopback,   ///< this machine: always allowed
    elsewhere,  ///< allowed by a setting
    forbidden,  ///< link-local, unspecified, multicast, or where a cloud keeps the secrets of its machines: never
};

/// IPv6 addresses that carry an IPv4 address are judged by that: mapped, compatible, 6to4 and NAT64 ones.
[[nodiscard]] Reached judge_address(const sockaddr& address);

/// The names by which clouds offer the metadata of a machine.
[[nodiscard]] bool is_metadata_name(std::string_view host);

}  // namespace lazulite
