#include "queue/rows/messages.hpp"

#include <utility>

namespace lazulite::queue {
namespace {

/// Expired messages that one walk steps over before it gives the thread back.
constexpr int kMostSkipped = 500;

/// A row of `visible` whose time has come, and the message if it still lives.
struct Due {
    PopReceipt receipt;
    std::int64_t id = 0;
    bool expired = false;  ///< and not purged yet
    std::optional<Message> message;
};

/// Walks what is visible now.
class DueCursor {
  public:
    DueCursor(ReadTxn& tx, Generation generation)
        : cursor_(tx.query("SELECT v.next_visible, v.id, v.dequeue_count, v.nonce, m.tag, m.inserted, m.expires, m.text "
                           "FROM visible v LEFT JOIN messages m ON m.id = v.id "
                           "WHERE v.generation = ?1 AND v.next_visible <= ?2 ORDER BY v.next_visible, v.id",
                           generation, tick_count(tx.now()))),
          now_(tx.now()) {}

    std::optional<Due> next() {
        if (!cursor_.next()) return std::nullopt;
        Due due{{instant_of(cursor_.integer(0)), cursor_.integer(3)}, cursor_.integer(1), false, {}};
        if (cursor_.is_null(4)) return due;
        const Instant expires = instant_of(cursor_.integer(6));
        due.expired = expires <= now_;
        if (!due.expired) {
            due.message = Message{{due.id, cursor_.integer(4)}, due.receipt, instant_of(cursor_.integer(5)), expires,
                                  cursor_.integer(2), std::string(cursor_.bytes(7))};
        }
        return due;
    }

  private:
    Cursor cursor_;
    Instant now_;
};

void add_to_count(WriteTxn& tx, Generation generation, std::int64_t messages) {
    tx.execute("UPDATE counts SET messages = messages + ?2 WHERE generation = ?1", generation, messages);
}

void insert_visible(WriteTxn& tx, Generation generation, const PopReceipt& receipt, std::int64_t id,
                    std::int64_t dequeue_count) {
    tx.execute("INSERT INTO visible(generation, next_visible, id, dequeue_count, nonce) VALUES(?1, ?2, ?3, ?4, ?5)",
               generation, tick_count(receipt.next_visible), id, dequeue_count, receipt.nonce);
}

void delete_visible(WriteTxn& tx, Generation generation, Instant next_visible, std::int64_t id) {
    tx.execute("DELETE FROM visible WHERE generation = ?1 AND next_visible = ?2 AND id = ?3", generation,
               tick_count(next_visible), id);
}

/// The next `most` messages; what lies on the way and is dead goes to `dead`.
FoundMessages walk(ReadTxn& tx, Generation generation, std::int64_t most, std::vector<Due>& dead) {
    FoundMessages found;
    DueCursor cursor(tx, generation);
    while (std::cmp_less(found.messages.size(), most)) {
        std::optional<Due> due = cursor.next();
        if (!due) break;
        if (due->message) {
            found.messages.push_back(*std::move(due->message));
        } else {
            dead.push_back(*std::move(due));
            found.cut = dead.size() == kMostSkipped;
            if (found.cut) break;
        }
    }
    return found;
}

void remove(WriteTxn& tx, Generation generation, const std::vector<Due>& dead) {
    for (const Due& due : dead) {
        delete_visible(tx, generation, due.receipt.next_visible, due.id);
        if (!due.expired) continue;
        tx.execute("DELETE FROM messages WHERE id = ?1", due.id);
        add_to_count(tx, generation, -1);
    }
}

}  // namespace

FoundMessages find_visible(ReadTxn& tx, Generation generation, std::int64_t most) {
    std::vector<Due> dead;
    return walk(tx, generation, most, dead);
}

FoundMessages claim_messages(WriteTxn& tx, Generation generation, std::int64_t most, std::chrono::seconds timeout) {
    std::vector<Due> dead;
    FoundMessages found = walk(tx, generation, most, dead);
    remove(tx, generation, dead);
    for (Message& message : found.messages) {
        delete_visible(tx, generation, message.receipt.next_visible, message.id.id);
        message.receipt = PopReceipt::random(tx.now() + timeout);
        insert_visible(tx, generation, message.receipt, message.id.id, ++message.dequeue_count);
    }
    return found;
}

void remove_expired_head(WriteTxn& tx, Generation generation) {
    std::vector<Due> dead;
    (void)walk(tx, generation, 1, dead);
    remove(tx, generation, dead);
}

void insert_message(WriteTxn& tx, Generation generation, Message& message) {
    message.id = MessageId::random(tx.next_id());
    tx.execute("INSERT INTO messages(id, generation, tag, inserted, expires, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
               message.id.id, generation, message.id.tag, tick_count(message.inserted), tick_count(message.expires), message.text);
    insert_visible(tx, generation, message.receipt, message.id.id, message.dequeue_count);
    add_to_count(tx, generation, 1);
}

Result<Message> require_message(ReadTxn& tx, Generation generation, const MessageId& id, const PopReceipt& receipt) {
    Message message{id, receipt, {}, {}, 0, {}};
    {
        Cursor row = tx.query("SELECT inserted, expires, text FROM messages WHERE id = ?1 AND generation = ?2 AND tag = ?3",
                              id.id, generation, id.tag);
        if (!row.next()) return fail(ErrorCode::message_not_found);
        message.inserted = instant_of(row.integer(0));
        message.expires = instant_of(row.integer(1));
        if (message.expires <= tx.now()) return fail(ErrorCode::message_not_found);
        message.text = row.bytes(2);
    }
    Cursor row = tx.query("SELECT dequeue_count, nonce FROM visible WHERE generation = ?1 AND next_visible = ?2 AND id = ?3",
                          generation, tick_count(receipt.next_visible), id.id);
    if (!row.next() || row.integer(1) != receipt.nonce) return fail(ErrorCode::pop_receipt_mismatch);
    message.dequeue_count = row.integer(0);
    return message;
}

void move_message(WriteTxn& tx, Generation generation, const Message& message, const PopReceipt& receipt,
                    const std::optional<std::string>& text) {
    delete_visible(tx, generation, message.receipt.next_visible, message.id.id);
    insert_visible(tx, generation, receipt, message.id.id, message.dequeue_count);
    if (text) tx.execute("UPDATE messages SET text = ?2 WHERE id = ?1", message.id.id, *text);
}

void remove_message(WriteTxn& tx, Generation generation, const Message& message) {
    delete_visible(tx, generation, message.receipt.next_visible, message.id.id);
    tx.execute("DELETE FROM messages WHERE id = ?1", message.id.id);
    add_to_count(tx, generation, -1);
}

std::int64_t count_messages(ReadTxn& tx, Generation generation) {
    Cursor row = tx.query("SELECT messages - (SELECT count(*) FROM messages WHERE expires <= ?2 AND generation = ?1) "
                          "FROM counts WHERE generation = ?1",
                          generation, tick_count(tx.now()));
    return row.next() ? row.integer(0) : 0;
}

Generation begin_generation(WriteTxn& tx) {
    const Generation generation = tx.next_id();
    tx.execute("INSERT INTO counts(generation, messages) VALUES(?1, 0)", generation);
    return generation;
}

void end_generation(WriteTxn& tx, Generation generation) {
    tx.execute("DELETE FROM counts WHERE generation = ?1", generation);
    tx.drain(WriteTxn::Drain::queue, generation);
}

bool purge_expired(WriteTxn& tx, int rows) {
    struct Expired {
        std::int64_t id, inserted;
        Generation generation;
    };
    std::vector<Expired> expired;
    {
        Cursor row = tx.query("SELECT id, inserted, generation FROM messages WHERE expires <= ?1 ORDER BY expires LIMIT ?2",
                              tick_count(tx.now()), rows);
        while (row.next()) expired.push_back({row.integer(0), row.integer(1), row.integer(2)});
    }
    for (const Expired& message : expired) {
        // Where it has stood since it was put, unless it was hidden or taken once; then Get Messages comes across it.
        delete_visible(tx, message.generation, instant_of(message.inserted), message.id);
        tx.execute("DELETE FROM messages WHERE id = ?1", message.id);
        add_to_count(tx, message.generation, -1);
    }
    return std::cmp_less(expired.size(), rows);
}

bool drain(WriteTxn& tx, WriteTxn::Drain /*kind*/, std::int64_t generation, int rows) {
    std::vector<std::pair<std::int64_t, std::int64_t>> doomed;
    {
        Cursor row = tx.query("SELECT next_visible, id FROM visible WHERE generation = ?1 LIMIT ?2", generation, rows);
        while (row.next()) doomed.emplace_back(row.integer(0), row.integer(1));
    }
    for (const auto& [next_visible, id] : doomed) {
        delete_visible(tx, generation, instant_of(next_visible), id);
        tx.execute("DELETE FROM messages WHERE id = ?1", id);
    }
    return std::cmp_less(doomed.size(), rows);
}

}  // namespace lazulite::queue
