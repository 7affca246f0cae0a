#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace lazulite::queue {

/// Names a message, shown as a GUID: when it expires, in whole periods, which one of those it is, and bits that make it
/// tell from those of a queue or an account that was there before.
struct MessageId {
    std::uint32_t period = 0;  ///< period_of(expires), below 2^30
    std::uint32_t number = 0;  ///< unlike that of any other message of the period, and larger the later it was put
    std::int64_t tag = 0;      ///< 60 bits

    static MessageId make(Instant expires, std::int64_t number);
    [[nodiscard]] std::string text() const;
    /// Nothing for a text that no message can have.
    [[nodiscard]] static std::optional<MessageId> parse(std::string_view guid);
    bool operator==(const MessageId&) const = default;
};

/// What Get Messages and Update Message hand out: only who holds the latest one may update or delete the message. Holds
/// the instant the message becomes visible, which is its place in the queue, and bits that no other receipt has.
struct PopReceipt {
    Instant next_visible;
    std::int64_t nonce = 0;  ///< 32 bits

    static PopReceipt make(Instant next_visible);
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

/// Messages of one period go together when the last of them has expired.
inline constexpr Ticks kPeriod = std::chrono::seconds(256);
[[nodiscard]] std::uint32_t period_of(Instant expires);
/// The first instant at which all messages of `period` have expired.
[[nodiscard]] Instant end_of_period(std::int64_t period);

}  // namespace lazulite::queue
