#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace lazulite {

/// Bytes nobody can guess (OpenSSL's generator); throws std::runtime_error where the system has none. Any thread.
void fill_random(void* to, std::size_t bytes);

/// A 128-bit id in the form of the wire: `8-4-4-4-12` lower-case hexadecimal digits.
struct Guid {
    std::array<std::uint8_t, 16> bytes{};
    static Guid random();
    /// Unique, not secret: a per-thread counter over a random start. Request ids are made this way.
    static Guid fast();
    [[nodiscard]] std::string text() const;
};

}  // namespace lazulite
