#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace lazulite::table {

/// Characters that JSON looks at together, in one word; the first is its lowest byte.
using EightBytes = std::uint64_t;
static_assert(std::endian::native == std::endian::little);

inline EightBytes eight_bytes(const char* from) {
    EightBytes eight = 0;
    std::memcpy(&eight, from, sizeof eight);
    return eight;
}

inline constexpr EightBytes kHighBits = 0x8080808080808080;

/// Zero when none of them is a control character, a quote or a backslash; otherwise the lowest bit that is set lies in
/// the first that is one.
constexpr EightBytes first_escape(EightBytes eight) {
    constexpr EightBytes kOnes = 0x0101010101010101;
    const auto any_zero = [](EightBytes bytes) { return (bytes - kOnes) & ~bytes & kHighBits; };
    const EightBytes controls = (eight - kOnes * 0x20) & ~eight & kHighBits;
    return controls | any_zero(eight ^ kOnes * '"') | any_zero(eight ^ kOnes * '\\');
}

}  // namespace lazulite::table
