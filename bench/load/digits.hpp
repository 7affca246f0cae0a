#pragma once

#include <cstddef>
#include <cstdint>

namespace lazulite::bench {

/// Overwrites as many characters, the last of which is given, with the last decimal digits of the number.
inline void write_digits(char* last, std::size_t digits, std::uint64_t number) {
    for (; digits > 0; --digits, number /= 10) *last-- = static_cast<char>('0' + number % 10);
}

}  // namespace lazulite::bench
