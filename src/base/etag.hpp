#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite {

/// When a resource was written last: its Last-Modified, of which its ETag is made. What came from another emulator has the
/// ETag of there until it is written again.
struct Revision : Instant {
    Revision() = default;
    Revision(Instant when, std::uint64_t etag_brought = 0)  // NOLINT(google-explicit-constructor): a write makes it so
        : Instant(when), brought(etag_brought) {}

    std::uint64_t brought = 0;  ///< what stands behind `0x` in it; 0: none
};

/// The ETag of a write is its tick as .NET counts ticks (100 ns since year 1), in hexadecimal: `0x8DE28C5B2A1F0C0`, with
/// quotes around it in most headers.
struct Etag {
    Revision tick;
    bool quoted = false;
};

inline void append_value(std::string& to, Etag etag) {
    constexpr std::int64_t kUnixEpochInDotNetTicks = 621'355'968'000'000'000;
    constexpr std::ptrdiff_t kFewestDigits = 15;  // 60 bits; a tick of our times has just as many
    char text[20];
    char* const end = std::end(text);
    char* at = end;
    if (etag.quoted) *--at = '"';
    auto rest = etag.tick.brought;
    if (rest == 0) rest = static_cast<std::uint64_t>(etag.tick.time_since_epoch().count() + kUnixEpochInDotNetTicks);
    const char* const last = at;
    do {
        *--at = "0123456789ABCDEF"[rest & 0xF];
        rest >>= 4;
    } while (rest != 0 || last - at < kFewestDigits);
    *--at = 'x';
    *--at = '0';
    if (etag.quoted) *--at = '"';
    to.append(at, end);
}

[[nodiscard]] inline std::string etag_text(Revision tick) {
    std::string text;
    append_value(text, Etag{tick});
    return text;
}

/// `"0x8D..."` or `0x8D...`, as clients send it.
[[nodiscard]] inline std::string_view without_quotes(std::string_view etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') return etag.substr(1, etag.size() - 2);
    return etag;
}

}  // namespace lazulite
