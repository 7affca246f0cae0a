#include "queue/domain/message.hpp"

#include <array>
#include <cstring>

#include "base/ids.hpp"
#include "base/text.hpp"

namespace lazulite::queue {
namespace {

using GuidBytes = std::array<std::uint8_t, 16>;

void put(std::uint8_t* to, std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i, value >>= 8) to[i] = static_cast<std::uint8_t>(value & 0xff);
}

std::uint64_t take(const std::uint8_t* from, int bytes) {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | from[i];
    return value;
}

/// Bits that no other call gets: nobody has to be kept from guessing them.
std::uint64_t fresh_bits() {
    const Guid guid = Guid::fast();
    return take(guid.bytes.data(), 8) ^ take(guid.bytes.data() + 8, 8);
}

std::optional<GuidBytes> parse_guid(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    GuidBytes bytes{};
    std::size_t digits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        const char c = ascii_lower(text[i]);
        const int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (value < 0) return std::nullopt;
        bytes[digits / 2] = static_cast<std::uint8_t>(bytes[digits / 2] << 4 | value);
        ++digits;
    }
    return bytes;
}

// The bits in which a random GUID says that it is one (RFC 4122): version 4, variant 2. The others hold the tag above, the
// period and the number below.
constexpr std::uint64_t kVersion = 0x4000;
constexpr std::uint64_t kVariant = std::uint64_t{2} << 62;
constexpr std::uint64_t kPlaceBits = (std::uint64_t{1} << 62) - 1;
constexpr std::uint64_t kTagBits = (std::uint64_t{1} << 60) - 1;

}  // namespace

MessageId MessageId::make(Instant expires, std::int64_t number) {
    return {period_of(expires), static_cast<std::uint32_t>(number), static_cast<std::int64_t>(fresh_bits() & kTagBits)};
}

std::string MessageId::text() const {
    const auto bits = static_cast<std::uint64_t>(tag);
    Guid guid;
    put(guid.bytes.data(), (bits >> 12) << 16 | kVersion | (bits & 0xfff), 8);
    put(guid.bytes.data() + 8, kVariant | std::uint64_t{period} << 32 | number, 8);
    return guid.text();
}

std::optional<MessageId> MessageId::parse(std::string_view guid) {
    const auto bytes = parse_guid(guid);
    if (!bytes) return std::nullopt;
    const std::uint64_t high = take(bytes->data(), 8);
    const std::uint64_t low = take(bytes->data() + 8, 8);
    if ((high & 0xf000) != kVersion || (low & ~kPlaceBits) != kVariant) return std::nullopt;
    return MessageId{static_cast<std::uint32_t>((low & kPlaceBits) >> 32), static_cast<std::uint32_t>(low),
                     static_cast<std::int64_t>((high >> 16) << 12 | (high & 0xfff))};
}

PopReceipt PopReceipt::make(Instant next_visible) {
    return {next_visible, static_cast<std::int64_t>(fresh_bits() & 0xffff'ffff)};
}

std::string PopReceipt::text() const {
    std::array<std::uint8_t, 12> bytes;
    put(bytes.data(), static_cast<std::uint64_t>(nonce), 4);
    put(bytes.data() + 4, static_cast<std::uint64_t>(next_visible.time_since_epoch().count()), 8);
    return base64_encode(std::as_bytes(std::span(bytes)));
}

std::optional<PopReceipt> PopReceipt::parse(std::string_view text) {
    const auto bytes = base64_decode(text);
    if (!bytes || bytes->size() != 12) return std::nullopt;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes->data());
    return PopReceipt{Instant(Ticks(static_cast<std::int64_t>(take(data + 4, 8)))), static_cast<std::int64_t>(take(data, 4))};
}

Instant expiry(Instant inserted, std::optional<std::int64_t> ttl_seconds) {
    const std::int64_t seconds = ttl_seconds.value_or(kSecondsOfAWeek);
    if (seconds < 0) return kNever;
    // Compared before it is added: the largest lives overflow.
    const auto room = std::chrono::duration_cast<std::chrono::seconds>(kNever - inserted).count();
    return seconds >= room ? kNever : inserted + std::chrono::seconds(seconds);
}

std::uint32_t period_of(Instant expires) {
    static_assert(kNever.time_since_epoch() / kPeriod < std::int64_t{1} << 30);
    return static_cast<std::uint32_t>(expires.time_since_epoch() / kPeriod);
}

Instant end_of_period(std::int64_t period) { return Instant(kPeriod * (period + 1)); }

}  // namespace lazulite::queue
