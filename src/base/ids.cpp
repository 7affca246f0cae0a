#include "base/ids.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>
#include <stdexcept>
#include <string_view>

namespace lazulite {
namespace {

/// The marks of a random UUID (RFC 9562, version 4), which some clients check.
void mark_as_version_4(std::array<std::uint8_t, 16>& bytes) {
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
}

}  // namespace

void fill_random(void* to, std::size_t bytes) {
    auto* at = static_cast<unsigned char*>(to);
    while (bytes > 0) {
        const int piece = static_cast<int>(std::min<std::size_t>(bytes, INT_MAX));
        if (RAND_bytes(at, piece) != 1) throw std::runtime_error("the system has no random bytes");
        at += piece;
        bytes -= static_cast<std::size_t>(piece);
    }
}

Guid Guid::random() {
    Guid id;
    fill_random(id.bytes.data(), id.bytes.size());
    mark_as_version_4(id.bytes);
    return id;
}

Guid Guid::fast() {
    // The last six bytes count; the other ten, 74 bits of them random, tell threads and processes apart.
    thread_local Guid next = random();
    for (std::size_t i = 16; i > 10; --i) {
        if (++next.bytes[i - 1] != 0) break;
    }
    return next;
}

std::string Guid::text() const {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(36, '-');
    std::size_t at = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) ++at;
        text[at++] = kDigits[bytes[i] >> 4];
        text[at++] = kDigits[bytes[i] & 0x0F];
    }
    return text;
}

}  // namespace lazulite
