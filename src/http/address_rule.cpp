#include "http/address_rule.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>

#include "base/text.hpp"

namespace lazulite {
namespace {

using V6 = std::array<std::uint8_t, 16>;

Reached judge_v4(std::uint32_t address) {
    const auto within = [address](std::uint32_t network, int bits) { return (address ^ network) >> (32 - bits) == 0; };
    constexpr std::uint32_t kForbidden[] = {
        168U << 24 | 63U << 16 | 129U << 8 | 16U,    // Azure
        100U << 24 | 100U << 16 | 100U << 8 | 200U,  // Alibaba Cloud
        192U << 24 | 192U,                           // Oracle Cloud
    };
    if (within(127U << 24, 8)) return Reached::loopback;
    const bool special = within(0, 8) || within(169U << 24 | 254U << 16, 16) || within(224U << 24, 3);
    if (special || std::find(std::begin(kForbidden), std::end(kForbidden), address) != std::end(kForbidden)) {
        return Reached::forbidden;
    }
    return Reached::elsewhere;
}

std::uint32_t v4_at(const V6& address, std::size_t at) {
    return std::uint32_t{address[at]} << 24 | std::uint32_t{address[at + 1]} << 16 | std::uint32_t{address[at + 2]} << 8 |
           address[at + 3];
}

Reached judge_v6(const V6& address) {
    constexpr V6 kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    constexpr V6 kNat64{0, 0x64, 0xFF, 0x9B};
    constexpr V6 kAmazon{0xFD, 0, 0x0E, 0xC2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x54};
    const auto begins = [&](const V6& prefix, std::size_t bytes) {
        return std::equal(prefix.begin(), prefix.begin() + bytes, address.begin());
    };
    const V6 zeros{};
    if (begins(zeros, 15)) return address[15] == 1 ? Reached::loopback : Reached::forbidden;
    if (begins(kMapped, 12) || begins(zeros, 12) || begins(kNat64, 12)) return judge_v4(v4_at(address, 12));
    if (address[0] == 0x20 && address[1] == 0x02) return judge_v4(v4_at(address, 2));
    const bool link_local = address[0] == 0xFE && (address[1] & 0xC0) == 0x80;
    if (link_local || address[0] == 0xFF || address == kAmazon) return Reached::forbidden;
    return Reached::elsewhere;
}

std::string_view without_root(std::string_view host) {
    if (host.ends_with('.')) host.remove_suffix(1);
    return host;
}

}  // namespace

Reached judge_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in v4;
        std::memcpy(&v4, &address, sizeof v4);
        return judge_v4(ntohl(v4.sin_addr.s_addr));
    }
    if (address.sa_family != AF_INET6) return Reached::forbidden;
    sockaddr_in6 v6;
    std::memcpy(&v6, &address, sizeof v6);
    V6 bytes;
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return judge_v6(bytes);
}

bool is_metadata_name(std::string_view host) {
    constexpr std::string_view kNames[] = {"metadata",      "metadata.google.internal",   "metadata.azure.internal",
                                           "instance-data", "instance-data.ec2.internal", "metadata.tencentyun.com"};
    host = without_root(host);
    return std::any_of(std::begin(kNames), std::end(kNames),
                       [host](std::string_view name) { return equals_ignoring_case(host, name); });
}

}  // namespace lazulite
