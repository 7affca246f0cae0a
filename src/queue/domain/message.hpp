#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite::queue {

/// Names a message: the row's id and random bits, shown as a GUID. The random bits make ids unguessable and keep those
/// of a reset account from naming anything.
struct MessageId {
    std::int64_t id = 0;   ///< 1 to 2^62 - 1
    std::int64_t tag = 0;  ///< 60 random bits

    static MessageId random(std::int64_t id);
    [[nodiscard]] std::string text() const;
    /// Nothing for a text that no message can have.
    [[nodiscard]] static std::optional<MessageId> parse(std::string_view guid);
    bool operator==(const MessageId&) const = default;
};

/// What Get Messages and Update Message hand out: only who holds the latest one may update or delete the message. Holds
/// the instant the message becomes visible, which is its place in the queue, and random bits.
struct PopReceipt {
    Instant next_visible;
    std::int64_t nonce = 0;  ///< 32 random bits

    static PopReceipt random(Instant next_visible);
    [[nodiscard]] std::string text() const;
    [[nodiscard]] static std::optional<PopReceipt> parse(std::string_view text);
    bool operator==(const PopReceipt&) const = default;
};

/// A message as stored. Reference: "Get Messages".
struct Message {
    MessageId id;
    PopReceipt receipt;
    Instant inserted;
    Instant expires;
    std::int64_t dequeue_count = 0;
    std::string text;
};

inline constexpr std::int64_t kSecondsOfAWeek = 7 * 24 * 60 * 60;
inline constexpr std::int64_t kMostMessagesAtOnce = 32;
inline constexpr std::size_t kMostTextBytes = 64 * 1024;
/// `ExpirationTime` of a message that never expires: the last second of the year 9999.
inline constexpr Instant kNever{Ticks(std::chrono::seconds(253'402'300'799))};

/// When a message put at `inserted` expires; nothing: after the default of seven days; -1: never.
[[nodiscard]] Instant expiry(Instant inserted, std::optional<std::int64_t> ttl_seconds);

}  // namespace lazulite::queue
