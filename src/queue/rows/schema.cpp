#include "queue/rows/schema.hpp"

#include "queue/rows/expiry.hpp"
#include "queue/rows/messages.hpp"

namespace lazulite::queue {
namespace {

// Get Messages moves a row of `visible` (some 40 bytes) and leaves the text where it is. The id of a message is its period
// and number: messages that expire together stand together, so nothing else is kept to find them. A queue that is cleared
// or deleted gives up its generation, and the rows below it are drained later. `receipts` are those of another emulator's
// messages; one that is not the latest any more is good for nothing and stays.
constexpr const char* kSchema = R"sql(
CREATE TABLE queues(
    name BLOB NOT NULL PRIMARY KEY, generation INTEGER NOT NULL, created INTEGER NOT NULL, props BLOB NOT NULL)
    WITHOUT ROWID;
CREATE TABLE deleted(name BLOB NOT NULL PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE counts(generation INTEGER PRIMARY KEY, messages INTEGER NOT NULL);
CREATE TABLE messages(
    id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, tag INTEGER NOT NULL, inserted INTEGER NOT NULL,
    expires INTEGER NOT NULL, text BLOB NOT NULL);
CREATE TABLE visible(
    generation INTEGER NOT NULL, next_visible INTEGER NOT NULL, number INTEGER NOT NULL, period INTEGER NOT NULL,
    dequeue_count INTEGER NOT NULL, nonce INTEGER NOT NULL,
    PRIMARY KEY(generation, next_visible, number, period)) WITHOUT ROWID;
CREATE TABLE receipts(
    id INTEGER PRIMARY KEY, text BLOB NOT NULL, next_visible INTEGER NOT NULL, nonce INTEGER NOT NULL);
)sql";

// Places without a message are there while expired messages are removed; a message without a place would be lost.
constexpr const char* kFaults[] = {
    "SELECT 'queue ' || CAST(q.name AS TEXT) || ' counts ' || q.counted || ' messages, has ' || q.there || ' and shows ' || "
    "q.shown FROM (SELECT name, ifnull((SELECT c.messages FROM counts c WHERE c.generation = queues.generation), -1) counted, "
    "ifnull(m.there, 0) there, "
    "(SELECT count(*) FROM visible v JOIN messages ON messages.id = (v.period << 32 | v.number) AND "
    "messages.generation = v.generation WHERE v.generation = queues.generation) shown "
    "FROM queues LEFT JOIN (SELECT generation, count(*) there FROM messages GROUP BY generation) m "
    "ON m.generation = queues.generation) q WHERE q.counted <> q.there OR q.there <> q.shown",
};

}  // namespace

const StoreKind kQueueStore = {
    .name = "queue",
    .format = 1,
    .schema = kSchema,
    .page_size = 4096,
    .has_extents = false,
    .drain = drain,
    .expire = expire,
    .named_contents = {},
    .named_sources = {},
    .faults = kFaults,
};

}  // namespace lazulite::queue
