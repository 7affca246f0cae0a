#pragma once

#include <array>
#include <cstddef>
#include <cstring>

#include "base/hash.hpp"

namespace lazulite {

// What writes into room that is there already; each returns the end of what it wrote.

namespace detail {
template <std::size_t kCount, class Digits>
constexpr auto digit_pairs(const Digits& digits, std::size_t base) {
    std::array<char, 2 * kCount> pairs{};
    for (std::size_t i = 0; i < kCount; ++i) {
        pairs[2 * i] = digits[i / base];
        pairs[2 * i + 1] = digits[i % base];
    }
    return pairs;
}
inline constexpr auto kDecimalPairs = digit_pairs<100>("0123456789", 10);
inline constexpr auto kHexPairs = digit_pairs<256>("0123456789abcdef", 16);
}  // namespace detail

/// The last `kDigits` decimal digits of a number, zeros before it.
template <std::size_t kDigits>
char* write_digits(char* to, unsigned value) {
    std::size_t left = kDigits;
    for (; left >= 2; left -= 2, value /= 100) std::memcpy(to + left - 2, &detail::kDecimalPairs[value % 100 * 2], 2);
    if (left == 1) *to = static_cast<char>('0' + value % 10);
    return to + kDigits;
}

/// Two digits, small letters.
inline char* write_hex(char* to, unsigned char byte) {
    std::memcpy(to, &detail::kHexPairs[std::size_t{byte} * 2], 2);
    return to + 2;
}

[[nodiscard]] constexpr std::size_t base64_length(std::size_t bytes) { return (bytes + 2) / 3 * 4; }
/// What base64_encode returns, base64_length(bytes.size()) characters.
char* write_base64(char* to, ByteView bytes);

}  // namespace lazulite
