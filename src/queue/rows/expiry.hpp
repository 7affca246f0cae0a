#pragma once

#include <cstdint>
#include <string_view>

#include "queue/rows/messages.hpp"
#include "store/transaction.hpp"

namespace lazulite::queue {

/// What WriteTxn::expire_at is asked for.
enum class Expiry : std::uint8_t {
    period = 1,        ///< id: a period of messages that has ended
    head = 2,          ///< id: a generation whose first places are those of messages that are dead
    strays = 3,        ///< id: a generation with places of messages that are gone; key: the sweep goes on behind it
    deleted_name = 4,  ///< key: the name of a queue that was deleted
};

/// Removes the messages of a period once all have expired. Asked for with each message, it writes with the first.
void expire_period(WriteTxn& tx, std::uint32_t period);
/// Removes what is dead in a queue some minutes after a message of it `expires` whose id does not say so.
void sweep_after(WriteTxn& tx, Generation generation, Instant expires);
/// Removes what is dead at the head of a queue, in the background.
void sweep_head(WriteTxn& tx, Generation generation);

/// StoreKind::expire of the queue store.
void expire(WriteTxn& tx, int kind, std::int64_t id, std::string_view key);

// Of the rows of one message, for those who remove it (messages.cpp).

[[nodiscard]] std::int64_t row_of(const MessageId& id);
void add_to_count(WriteTxn& tx, Generation generation, std::int64_t messages);
void delete_visible(WriteTxn& tx, Generation generation, Instant next_visible, const MessageId& id);
/// How many there were: 1, or 0 when it was removed before.
std::int64_t delete_message(WriteTxn& tx, const MessageId& id);
/// Rows that the last statement changed.
[[nodiscard]] std::int64_t changes(WriteTxn& tx);

}  // namespace lazulite::queue
