#include <array>
#include <bit>
#include <cstring>

#include "base/hash.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The reflected form throughout: bit 63 of a word is the coefficient of x^0, bit 0 that of x^63, and the first byte of
// a message holds its highest powers. Multiplying by x is therefore a shift to the right.

namespace lazulite {
namespace {

constexpr std::uint64_t kPolynomial = 0x9A6C9329AC4BC9B5;
constexpr std::uint64_t kOne = std::uint64_t{1} << 63;

constexpr std::uint64_t times_x(std::uint64_t a) {
    return (a >> 1) ^ ((a & 1) != 0 ? kPolynomial : 0);
}

constexpr std::uint64_t times(std::uint64_t a, std::uint64_t b) {
    std::uint64_t product = 0;
    for (std::uint64_t mask = kOne; mask != 0; mask >>= 1) {
        if ((a & mask) != 0) product ^= b;
        b = times_x(b);
    }
    return product;
}

/// kPowers[k] is x^(2^k) modulo the polynomial; 67 of them reach 8 * 2^64 bits.
constexpr auto kPowers = [] {
    std::array<std::uint64_t, 67> powers{};
    powers[0] = kOne >> 1;
    for (std::size_t k = 1; k < powers.size(); ++k) powers[k] = times(powers[k - 1], powers[k - 1]);
    return powers;
}();

/// x^(8 * bytes) modulo the polynomial: what moves a CRC over that many further bytes.
constexpr std::uint64_t shift_by(std::uint64_t bytes) {
    std::uint64_t result = kOne;
    for (std::size_t k = 3; bytes != 0; ++k, bytes >>= 1) {
        if ((bytes & 1) != 0) result = times(result, kPowers[k]);
    }
    return result;
}

/// kTables[n][b]: the CRC of byte b followed by n zero bytes.
using Tables = std::array<std::array<std::uint64_t, 256>, 16>;
constexpr Tables kTables = [] {
    Tables tables{};
    for (std::size_t b = 0; b < 256; ++b) {
        std::uint64_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
        tables[0][b] = crc;
    }
    for (std::size_t n = 1; n < tables.size(); ++n) {
        for (std::size_t b = 0; b < 256; ++b) {
            const std::uint64_t before = tables[n - 1][b];
            tables[n][b] = (before >> 8) ^ tables[0][before & 0xFF];
        }
    }
    return tables;
}();

std::uint64_t load_little_endian(const std::byte* from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

std::uint64_t fold_word(std::uint64_t word, std::size_t table) {
    std::uint64_t crc = 0;
    for (std::size_t i = 0; i < 8; ++i) crc ^= kTables[table + 7 - i][(word >> (8 * i)) & 0xFF];
    return crc;
}

/// Sixteen bytes a step, about 1 GB/s; works everywhere and finishes what the folding leaves over.
std::uint64_t advance_by_table(std::uint64_t state, ByteView bytes) {
    while (bytes.size() >= 16) {
        state = fold_word(load_little_endian(bytes.data()) ^ state, 8) ^ fold_word(load_little_endian(&bytes[8]), 0);
        bytes = bytes.subspan(16);
    }
    for (const std::byte byte : bytes) {
        state = (state >> 8) ^ kTables[0][(state ^ std::to_integer<std::uint64_t>(byte)) & 0xFF];
    }
    return state;
}

#if defined(__x86_64__)

/// x^bits modulo the polynomial, for the folding constants.
constexpr std::uint64_t power(std::size_t bits) {
    std::uint64_t result = kOne;
    for (std::size_t i = 0; i < bits; ++i) result = times_x(result);
    return result;
}

/// Multiplies a 128-bit register by x^(8 * Bytes): its low word stands 64 bits higher than its high word, and the
/// carry- less product of two reflected words is one bit short, hence the - 1.
template <std::size_t Bytes>
struct Fold {
    static constexpr std::uint64_t kForLow = power(8 * Bytes + 64 - 1);
    static constexpr std::uint64_t kForHigh = power(8 * Bytes - 1);
};

#define LAZ_CLMUL [[gnu::target("pclmul,sse4.1"), gnu::always_inline]] inline

template <std::size_t Bytes>
LAZ_CLMUL __m128i fold(__m128i a, __m128i next) {
    const __m128i constants =
        _mm_set_epi64x(static_cast<long long>(Fold<Bytes>::kForHigh), static_cast<long long>(Fold<Bytes>::kForLow));
    const __m128i low = _mm_clmulepi64_si128(a, constants, 0x00);
    const __m128i high = _mm_clmulepi64_si128(a, constants, 0x11);
    return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

LAZ_CLMUL __m128i load(const std::byte* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

constexpr std::size_t kStride = 128;  // eight registers hide the latency of the multiplication

/// At least kStride bytes, about 6 GB/s. Folds the message onto its last 16 bytes, then lets the tables reduce those.
[[gnu::target("pclmul,sse4.1")]] std::uint64_t advance_by_folding(std::uint64_t state, ByteView bytes) {
    const std::byte* at = bytes.data();
    const std::byte* const end = at + bytes.size();
    __m128i lanes[8];
    for (std::size_t i = 0; i < 8; ++i) lanes[i] = load(at + 16 * i);
    lanes[0] = _mm_xor_si128(lanes[0], _mm_set_epi64x(0, static_cast<long long>(state)));
    at += kStride;
    for (; static_cast<std::size_t>(end - at) >= kStride; at += kStride) {
        for (std::size_t i = 0; i < 8; ++i) lanes[i] = fold<kStride>(lanes[i], load(at + 16 * i));
    }
    __m128i sum = lanes[0];
    for (std::size_t i = 1; i < 8; ++i) sum = fold<16>(sum, lanes[i]);
    for (; end - at >= 16; at += 16) sum = fold<16>(sum, load(at));

    std::array<std::byte, 16> last{};
    _mm_storeu_si128(reinterpret_cast<__m128i*>(last.data()), sum);
    return advance_by_table(advance_by_table(0, last), {at, end});
}

bool has_carryless_multiplication() {
    static const bool answer = __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
    return answer;
}

#endif

}  // namespace

std::uint64_t Crc64::advance(std::uint64_t state, ByteView bytes) {
#if defined(__x86_64__)
    if (bytes.size() >= kStride && has_carryless_multiplication()) return advance_by_folding(state, bytes);
#endif
    return advance_by_table(state, bytes);
}

std::uint64_t Crc64::combine(std::uint64_t a, std::uint64_t b, std::uint64_t length_b) {
    return times(a, shift_by(length_b)) ^ b;
}

}  // namespace lazulite
