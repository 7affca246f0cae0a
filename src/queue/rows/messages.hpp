#pragma once

#include <cstdint>
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

/// Messages found, and whether the walk was cut because too many expired ones stood before the next.
struct FoundMessages {
    std::vector<Message> messages;
    bool cut = false;
};

/// Visible messages, first visible first.
[[nodiscard]] FoundMessages find_visible(ReadTxn& tx, Generation generation, std::int64_t most);
/// The same, each invisible from now on for `timeout`, under a new receipt and dequeued once more. Expired ones on the way
/// are removed.
[[nodiscard]] FoundMessages claim_messages(WriteTxn& tx, Generation generation, std::int64_t most, std::chrono::seconds timeout);

/// Removes expired messages from the head of the queue, not all of them if there are many.
void remove_expired_head(WriteTxn& tx, Generation generation);

/// Adds a message, and fills in its id.
void insert_message(WriteTxn& tx, Generation generation, Message& message);

/// The message that `id` and its latest receipt name. Fails with message_not_found (also when it expired) or
/// pop_receipt_mismatch.
[[nodiscard]] Result<Message> require_message(ReadTxn& tx, Generation generation, const MessageId& id, const PopReceipt& receipt);
/// Moves a message to its new receipt's place; with a new text where there is one.
void move_message(WriteTxn& tx, Generation generation, const Message& message, const PopReceipt& receipt,
                    const std::optional<std::string>& text);
void remove_message(WriteTxn& tx, Generation generation, const Message& message);

/// Messages that have not expired, visible or not.
[[nodiscard]] std::int64_t count_messages(ReadTxn& tx, Generation generation);

/// A generation without messages, for a new queue or one that is cleared.
[[nodiscard]] Generation begin_generation(WriteTxn& tx);
/// O(1): what stands below it is drained later.
void end_generation(WriteTxn& tx, Generation generation);

/// Removes at most `rows` expired messages of any queue; true when none is left.
bool purge_expired(WriteTxn& tx, int rows);
/// StoreKind::drain of the queue store.
bool drain(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t id, int rows);

}  // namespace lazulite::queue
