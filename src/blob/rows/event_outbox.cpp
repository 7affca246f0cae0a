#include "blob/rows/event_outbox.hpp"

#include <algorithm>

namespace lazulite::blob {

void put_event(WriteTxn& tx, std::string_view subscription, std::string_view payload) {
    tx.execute("INSERT INTO events(subscription, due, attempts, made, payload) VALUES(?1, ?2, 0, ?2, ?3)", subscription,
               tick_count(tx.now()), payload);
}

std::vector<OutgoingEvent> due_events(ReadTxn& tx, std::string_view subscription, std::size_t most) {
    std::vector<OutgoingEvent> events;
    Cursor row = tx.query("SELECT seq, attempts, made, payload FROM events WHERE subscription = ?1 AND due <= ?2 "
                          "ORDER BY due, seq LIMIT ?3",
                          subscription, tick_count(tx.now()), most);
    while (row.next()) {
        events.push_back({row.integer(0), row.integer(1), instant_of(row.integer(2)), std::string(row.bytes(3))});
    }
    return events;
}

bool has_events(ReadTxn& tx, std::string_view subscription) {
    return tx.query("SELECT 1 FROM events WHERE subscription = ?1 LIMIT 1", subscription).next();
}

void remove_event(WriteTxn& tx, std::int64_t seq) { tx.execute("DELETE FROM events WHERE seq = ?1", seq); }

void retry_event(WriteTxn& tx, std::int64_t seq, Instant due) {
    tx.execute("UPDATE events SET due = ?2, attempts = attempts + 1 WHERE seq = ?1", seq, tick_count(due));
}

void keep_events_of(WriteTxn& tx, std::span<const std::string> subscriptions) {
    std::vector<std::string> gone;
    {
        Cursor row = tx.query("SELECT DISTINCT subscription FROM events");
        while (row.next()) {
            const std::string name(row.bytes(0));
            if (std::find(subscriptions.begin(), subscriptions.end(), name) == subscriptions.end()) gone.push_back(name);
        }
    }
    for (const std::string& name : gone) tx.execute("DELETE FROM events WHERE subscription = ?1", name);
}

}  // namespace lazulite::blob
