#include "queue/rows/messages.hpp"

#include <utility>

#include "queue/rows/expiry.hpp"

namespace lazulite::queue {

const char* const kWalk =
    "SELECT v.next_visible, v.number, v.period, v.dequeue_count, v.nonce, m.tag, m.inserted, m.expires, m.text "
    "FROM visible v LEFT JOIN messages m ON m.id = (v.period << 32 | v.number) "
    "WHERE v.generation = ?1 AND v.next_visible BETWEEN ?2 AND ?3 ORDER BY v.next_visible, v.number, v.period";

namespace {

/// Expired messages that a claim removes itself, a mebibyte at most.
constexpr int kMostRemovedHere = 16;

/// A row of `visible` whose time has come, and the message if it still lives.
struct Due {
    MessageId id;  ///< without its tag
    PopReceipt receipt;
    std::optional<Message> message;
};

/// Walks what is visible now.
class DueCursor {
  public:
    DueCursor(ReadTxn& tx, Generation generation, Instant from)
        : cursor_(tx.query(kWalk, generation, tick_count(from), tick_count(tx.now()))),
          now_(tx.now()) {}

    std::optional<Due> next() {
        if (!cursor_.next()) return std::nullopt;
        Due due{id_of(cursor_.integer(2), cursor_.integer(1)), {instant_of(cursor_.integer(0)), cursor_.integer(4)}, {}};
        if (cursor_.is_null(5)) return due;
        const Instant expires = instant_of(cursor_.integer(7));
        if (expires <= now_) return due;
        due.id.tag = cursor_.integer(5);
        due.message = Message{due.id, due.receipt, instant_of(cursor_.integer(6)), expires, cursor_.integer(3),
                              std::string(cursor_.bytes(8))};
        return due;
    }

  private:
    static MessageId id_of(std::int64_t period, std::int64_t number) {
        return {static_cast<std::uint32_t>(period), static_cast<std::uint32_t>(number), 0};
    }
    Cursor cursor_;
    Instant now_;
};

void insert_visible(WriteTxn& tx, Generation generation, const PopReceipt& receipt, const MessageId& id,
                    std::int64_t dequeue_count) {
    tx.execute("INSERT INTO visible(generation, next_visible, number, period, dequeue_count, nonce) "
               "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
               generation, tick_count(receipt.next_visible), id.number, id.period, dequeue_count, receipt.nonce);
}

void insert_rows(WriteTxn& tx, Generation generation, const Message& message) {
    tx.execute("INSERT INTO messages(id, generation, tag, inserted, expires, text) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
               row_of(message.id), generation, message.id.tag, tick_count(message.inserted), tick_count(message.expires),
               std::string_view(message.text));
    insert_visible(tx, generation, message.receipt, message.id, message.dequeue_count);
    add_to_count(tx, generation, 1);
}

/// Gives a message the place of `receipt`.
void move_visible(WriteTxn& tx, Generation generation, const Message& message, const PopReceipt& receipt) {
    tx.execute("UPDATE visible SET next_visible = ?5, dequeue_count = ?6, nonce = ?7 "
               "WHERE generation = ?1 AND next_visible = ?2 AND number = ?3 AND period = ?4",
               generation, tick_count(message.receipt.next_visible), message.id.number, message.id.period,
               tick_count(receipt.next_visible), message.dequeue_count, receipt.nonce);
}

/// The next `most` messages; where those that are dead stood goes to `dead`.
FoundMessages walk(ReadTxn& tx, Generation generation, Instant from, std::int64_t most, WalkLimits limits,
                   std::vector<Due>* dead) {
    FoundMessages found;
    std::size_t bytes = 0;
    DueCursor cursor(tx, generation, from);
    while (std::cmp_less(found.messages.size(), most) && !found.cut) {
        std::optional<Due> due = cursor.next();
        if (!due) break;
        if (due->message) {
            bytes += due->message->text.size();
            found.cut = bytes > limits.bytes;
            found.messages.push_back(*std::move(due->message));
        } else {
            if (dead) dead->push_back(*std::move(due));
            found.cut = ++found.expired >= limits.expired;
        }
    }
    return found;
}

}  // namespace

std::int64_t row_of(const MessageId& id) { return std::int64_t{id.period} << 32 | id.number; }

void add_to_count(WriteTxn& tx, Generation generation, std::int64_t messages) {
    tx.execute("UPDATE counts SET messages = messages + ?2 WHERE generation = ?1", generation, messages);
}

void delete_visible(WriteTxn& tx, Generation generation, Instant next_visible, const MessageId& id) {
    tx.execute("DELETE FROM visible WHERE generation = ?1 AND next_visible = ?2 AND number = ?3 AND period = ?4",
               generation, tick_count(next_visible), id.number, id.period);
}

std::int64_t delete_message(WriteTxn& tx, const MessageId& id) {
    tx.execute("DELETE FROM messages WHERE id = ?1", row_of(id));
    return changes(tx);
}

std::int64_t changes(WriteTxn& tx) {
    Cursor row = tx.query("SELECT changes()");
    return row.next() ? row.integer(0) : 0;
}

FoundMessages find_visible(ReadTxn& tx, Generation generation, Instant from, std::int64_t most, WalkLimits limits) {
    return walk(tx, generation, from, most, limits, nullptr);
}

FoundMessages claim_messages(WriteTxn& tx, Generation generation, Instant from, std::int64_t most,
                             std::chrono::seconds timeout) {
    std::vector<Due> dead;
    FoundMessages found = walk(tx, generation, from, most, {.expired = kMostRemovedHere}, &dead);
    std::int64_t removed = 0;
    for (const Due& due : dead) {
        delete_visible(tx, generation, due.receipt.next_visible, due.id);
        removed += delete_message(tx, due.id);
    }
    if (removed > 0) add_to_count(tx, generation, -removed);
    for (Message& message : found.messages) {
        const auto receipt = PopReceipt::make(tx.now() + timeout);
        ++message.dequeue_count;
        move_visible(tx, generation, message, receipt);
        message.receipt = receipt;
    }
    return found;
}

void insert_message(WriteTxn& tx, Generation generation, Message& message) {
    message.id = MessageId::make(message.expires, tx.next_id());
    insert_rows(tx, generation, message);
    if (message.expires < kNever) expire_period(tx, message.id.period);
}

void insert_brought(WriteTxn& tx, Generation generation, const Message& message, std::string_view given_out) {
    insert_rows(tx, generation, message);
    tx.execute("INSERT OR REPLACE INTO receipts(id, text, next_visible, nonce) VALUES(?1, ?2, ?3, ?4)", row_of(message.id),
               given_out, tick_count(message.receipt.next_visible), message.receipt.nonce);
    if (message.expires < kNever) sweep_after(tx, generation, message.expires);
}

bool has_message(ReadTxn& tx, const MessageId& id) {
    return tx.query("SELECT 1 FROM messages WHERE id = ?1", row_of(id)).next();
}

std::optional<PopReceipt> find_brought_receipt(ReadTxn& tx, const MessageId& id, std::string_view text) {
    Cursor row = tx.query("SELECT next_visible, nonce FROM receipts WHERE id = ?1 AND text = ?2", row_of(id), text);
    if (!row.next()) return std::nullopt;
    return PopReceipt{instant_of(row.integer(0)), row.integer(1)};
}

Result<Message> require_message(ReadTxn& tx, Generation generation, const MessageId& id, const PopReceipt& receipt) {
    Cursor row = tx.query("SELECT m.inserted, m.expires, v.dequeue_count, v.nonce FROM messages m LEFT JOIN visible v "
                          "ON v.generation = ?2 AND v.next_visible = ?4 AND v.number = ?5 AND v.period = ?6 "
                          "WHERE m.id = ?1 AND m.generation = ?2 AND m.tag = ?3",
                          row_of(id), generation, id.tag, tick_count(receipt.next_visible), id.number, id.period);
    if (!row.next()) return fail(ErrorCode::message_not_found);
    Message message{id, receipt, instant_of(row.integer(0)), instant_of(row.integer(1)), row.integer(2), {}};
    if (message.expires <= tx.now()) return fail(ErrorCode::message_not_found);
    if (row.is_null(3) || row.integer(3) != receipt.nonce) return fail(ErrorCode::pop_receipt_mismatch);
    return message;
}

void move_message(WriteTxn& tx, Generation generation, const Message& message, const PopReceipt& receipt,
                  const std::optional<std::string>& text) {
    move_visible(tx, generation, message, receipt);
    if (text) tx.execute("UPDATE messages SET text = ?2 WHERE id = ?1", row_of(message.id), std::string_view(*text));
}

void remove_message(WriteTxn& tx, Generation generation, const Message& message) {
    delete_visible(tx, generation, message.receipt.next_visible, message.id);
    tx.execute("DELETE FROM messages WHERE id = ?1", row_of(message.id));
    add_to_count(tx, generation, -1);
}

std::optional<std::int64_t> count_messages(ReadTxn& tx, Generation generation, std::int64_t most_expired) {
    std::int64_t expired = 0;
    {
        // Only what expires in this period or before it can have expired: its ids are the smallest.
        const MessageId behind{period_of(tx.now()) + 1, 0, 0};
        Cursor row = tx.query("SELECT count(*), sum(generation = ?1 AND expires <= ?2) "
                              "FROM (SELECT generation, expires FROM messages WHERE id < ?3 LIMIT ?4)",
                              generation, tick_count(tx.now()), row_of(behind), most_expired + 1);
        if (row.next()) {
            if (row.integer(0) > most_expired) return std::nullopt;
            expired = row.integer(1);
        }
    }
    Cursor row = tx.query("SELECT messages FROM counts WHERE generation = ?1", generation);
    return row.next() ? row.integer(0) - expired : 0;
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

bool drain(WriteTxn& tx, WriteTxn::Drain /*kind*/, std::int64_t generation, int rows) {
    struct Doomed {
        Instant next_visible;
        MessageId id;
    };
    std::vector<Doomed> doomed;
    {
        Cursor row = tx.query("SELECT next_visible, number, period FROM visible WHERE generation = ?1 LIMIT ?2", generation, rows);
        while (row.next()) {
            doomed.push_back({instant_of(row.integer(0)), {static_cast<std::uint32_t>(row.integer(2)),
                                                           static_cast<std::uint32_t>(row.integer(1)), 0}});
        }
    }
    for (const Doomed& message : doomed) {
        delete_visible(tx, generation, message.next_visible, message.id);
        tx.execute("DELETE FROM messages WHERE id = ?1", row_of(message.id));
    }
    return std::cmp_less(doomed.size(), rows);
}

}  // namespace lazulite::queue
