#include "queue/rows/queues.hpp"

#include "base/packed.hpp"
#include "queue/rows/expiry.hpp"

namespace lazulite::queue {
namespace {

struct QueueTag {
    enum : std::uint8_t { metadata = 1, policies = 2 };
};

std::string pack(const Queue& queue) {
    PackedWriter props;
    props.put(QueueTag::metadata, queue.metadata);
    props.put(QueueTag::policies, queue.policies);
    return props.take();
}

// Columns: name, generation, created, props.
Queue read_row(const Cursor& row) {
    Queue queue;
    queue.name = row.bytes(0);
    queue.generation = row.integer(1);
    queue.created = instant_of(row.integer(2));
    PackedReader props(row.bytes(3));
    while (const auto entry = props.next()) {
        if (entry->tag == QueueTag::metadata) queue.metadata = entry->value;
        if (entry->tag == QueueTag::policies) queue.policies = entry->value;
    }
    return queue;
}

}  // namespace

std::optional<Queue> find_queue(ReadTxn& tx, std::string_view name) {
    Cursor row = tx.query("SELECT name, generation, created, props FROM queues WHERE name = ?1", name);
    if (!row.next()) return std::nullopt;
    return read_row(row);
}

Result<Queue> require_queue(ReadTxn& tx, std::string_view name) {
    auto queue = find_queue(tx, name);
    if (queue) return *std::move(queue);
    LAZ_CHECK(check_not_being_deleted(tx, name));
    return fail(ErrorCode::queue_not_found);
}

Result<Generation> require_generation(ReadTxn& tx, std::string_view name) {
    {
        Cursor row = tx.query("SELECT generation FROM queues WHERE name = ?1", name);
        if (row.next()) return row.integer(0);
    }
    LAZ_CHECK(check_not_being_deleted(tx, name));
    return fail(ErrorCode::queue_not_found);
}

Result<> check_not_being_deleted(ReadTxn& tx, std::string_view name) {
    Cursor row = tx.query("SELECT 1 FROM deleted WHERE name = ?1 AND until > ?2", name, tick_count(tx.now()));
    if (row.next()) return fail(ErrorCode::queue_being_deleted);
    return {};
}

void insert_queue(WriteTxn& tx, const Queue& queue) {
    tx.execute("INSERT INTO queues(name, generation, created, props) VALUES(?1, ?2, ?3, ?4)", queue.name,
               queue.generation, tick_count(queue.created), pack(queue));
}

void update_queue(WriteTxn& tx, const Queue& queue) {
    tx.execute("UPDATE queues SET generation = ?2, props = ?3 WHERE name = ?1", queue.name, queue.generation, pack(queue));
}

void remove_queue(WriteTxn& tx, const Queue& queue, std::optional<Instant> until) {
    tx.execute("DELETE FROM queues WHERE name = ?1", queue.name);
    end_generation(tx, queue.generation);
    if (!until) return;
    tx.execute("INSERT OR REPLACE INTO deleted(name, until) VALUES(?1, ?2)", queue.name, tick_count(*until));
    tx.expire_at(*until, static_cast<int>(Expiry::deleted_name), queue.generation, queue.name);
}

QueueCursor::QueueCursor(ReadTxn& tx, std::string_view first)
    : cursor_(tx.query("SELECT name, generation, created, props FROM queues WHERE name >= ?1 ORDER BY name", first)) {}

std::optional<Queue> QueueCursor::next() {
    if (!cursor_.next()) return std::nullopt;
    return read_row(cursor_);
}

}  // namespace lazulite::queue
