#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "store/transaction.hpp"

namespace lazulite::blob {

// Events on their way to those who subscribed to them: written with the change they tell, removed when they have arrived.

struct OutgoingEvent {
    std::int64_t seq = 0;
    std::int64_t attempts = 0;  ///< that failed
    Instant made;
    std::string payload;
};

/// Due at once.
void put_event(WriteTxn& tx, std::string_view subscription, std::string_view payload);
/// Those of a subscription that are due, the oldest first.
[[nodiscard]] std::vector<OutgoingEvent> due_events(ReadTxn& tx, std::string_view subscription, std::size_t most);
/// Whether a subscription has any, due or not.
[[nodiscard]] bool has_events(ReadTxn& tx, std::string_view subscription);
void remove_event(WriteTxn& tx, std::int64_t seq);
/// Counts an attempt that failed; the next is due then.
void retry_event(WriteTxn& tx, std::int64_t seq, Instant due);
/// Forgets what subscriptions of other names had coming.
void keep_events_of(WriteTxn& tx, std::span<const std::string> subscriptions);

}  // namespace lazulite::blob
