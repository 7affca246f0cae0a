#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "queue/domain/message.hpp"
#include "store/transaction.hpp"

namespace lazulite::queue {

/// Which messages of a queue there are: a queue that is cleared begins a new generation.
using Generation = std::int64_t;

/// Before every place in a queue.
inline constexpr Instant kBeginning{};

/// Where a walk over visible messages gives up.
struct WalkLimits {
    int expired = std::numeric_limits<int>::max();                  ///< messages that are not removed yet
    std::size_t bytes = std::numeric_limits<std::size_t>::max();    ///< of text
};
/// Messages found.
struct FoundMessages {
    std::vector<Message> messages;
    int expired = 0;   ///< that were stepped over
    bool cut = false;  ///< a limit was reached
};

/// The statement of such a walk, by generation and the first and last instant: for the test of its plan.
extern const char* const kWalk;

/// The first `most` visible messages, first visible first, from those visible at `from` on.
[[nodiscard]] FoundMessages find_visible(ReadTxn& tx, Generation generation, Instant from, std::int64_t most,
                                         WalkLimits limits);
/// The same, each invisible from now on for `timeout`, under a new receipt and dequeued once more. Expired ones between them
/// are removed, and end the walk where there are many.
[[nodiscard]] FoundMessages claim_messages(WriteTxn& tx, Generation generation, Instant from, std::int64_t most,
                                           std::chrono::seconds timeout);

/// Adds a message, and fills in its id.
void insert_message(WriteTxn& tx, Generation generation, Message& message);

/// Adds one that another emulator has numbered: its id says nothing of its expiry. The text of the receipt that was
/// `given_out` there is good here too.
void insert_brought(WriteTxn& tx, Generation generation, const Message& message, std::string_view given_out);
[[nodiscard]] bool has_message(ReadTxn& tx, const MessageId& id);
/// What such a text means for that message.
[[nodiscard]] std::optional<PopReceipt> find_brought_receipt(ReadTxn& tx, const MessageId& id, std::string_view text);

/// The message that `id` and its latest receipt name, without its text. Fails with message_not_found (also when it
/// expired) or pop_receipt_mismatch.
[[nodiscard]] Result<Message> require_message(ReadTxn& tx, Generation generation, const MessageId& id, const PopReceipt& receipt);
/// Moves a message to its new receipt's place; with a new text where there is one.
void move_message(WriteTxn& tx, Generation generation, const Message& message, const PopReceipt& receipt,
                  const std::optional<std::string>& text);
void remove_message(WriteTxn& tx, Generation generation, const Message& message);

/// Messages that have not expired, visible or not. Nothing where more than `most_expired` are not removed yet.
[[nodiscard]] std::optional<std::int64_t> count_messages(ReadTxn& tx, Generation generation, std::int64_t most_expired);

/// A generation without messages, for a new queue or one that is cleared.
[[nodiscard]] Generation begin_generation(WriteTxn& tx);
/// O(1): what stands below it is drained later.
void end_generation(WriteTxn& tx, Generation generation);

/// StoreKind::drain of the queue store.
bool drain(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows);

}  // namespace lazulite::queue
