#pragma once

#include <cstdint>
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

/// At most 20 bytes; returns where they end.
inline char* put_value(char* to, Etag etag) {
    constexpr std::int64_t kUnixEpochInDotNetTicks = 621'355'968'000'000'000;
    constexpr int kFewestDigits = 15;  // 60 bits; a tick of our times has just as many
    auto number = etag.tick.brought;
    if (number == 0) number = static_cast<std::uint64_t>(etag.tick.time_since_epoch().count() + kUnixEpochInDotNetTicks);
    if (etag.quoted) *to++ = '"';
    *to++ = '0';
    *to++ = 'x';
    const int digits = number >> (4 * kFewestDigits) == 0 ? kFewestDigits : kFewestDigits + 1;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) *to++ = "0123456789ABCDEF"[number >> shift & 0xF];
    if (etag.quoted) *to++ = '"';
    return to;
}

inline void append_value(std::string& to, Etag etag) {
    char text[20];
    to.append(text, put_value(text, etag));
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
