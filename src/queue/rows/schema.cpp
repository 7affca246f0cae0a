#include "queue/rows/schema.hpp"

#include "queue/rows/expiry.hpp"
#include "queue/rows/messages.hpp"
#include "store/formats.hpp"

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

/// Ids were numbers that say nothing of a message's period; they stay what they are, in period 0, and the sweep of places
/// removes what is over.
constexpr const char* kPeriods = R"sql(
ALTER TABLE queues DROP COLUMN deleted;
CREATE TABLE deleted(name BLOB NOT NULL PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
DROP INDEX expiring;
ALTER TABLE visible RENAME TO former_visible;
CREATE TABLE visible(
    generation INTEGER NOT NULL, next_visible INTEGER NOT NULL, number INTEGER NOT NULL, period INTEGER NOT NULL,
    dequeue_count INTEGER NOT NULL, nonce INTEGER NOT NULL,
    PRIMARY KEY(generation, next_visible, number, period)) WITHOUT ROWID;
INSERT INTO visible SELECT generation, next_visible, id & 4294967295, id >> 32, dequeue_count, nonce FROM former_visible;
DROP TABLE former_visible;
INSERT OR IGNORE INTO expiry(due, kind, id, key)
    SELECT DISTINCT (expires / 2560000000 + 1) * 2560000000, 3, generation, X'' FROM messages
    WHERE expires < 2534023007990000000;
)sql";
static_assert(static_cast<int>(Expiry::strays) == 3 && kPeriod.count() == 2'560'000'000 &&
              kNever.time_since_epoch().count() == 2'534'023'007'990'000'000);

constexpr StoreKind::Upgrade kUpgrades[] = {
    {1, kMechanismOf2, kHasMechanismOf2},
    {1, kPeriods, "SELECT 1 FROM sqlite_schema WHERE name = 'deleted'"},
    {1, "CREATE TABLE receipts("
        "id INTEGER PRIMARY KEY, text BLOB NOT NULL, next_visible INTEGER NOT NULL, nonce INTEGER NOT NULL)",
     "SELECT 1 FROM sqlite_schema WHERE name = 'receipts'"},
};

}  // namespace

const StoreKind kQueueStore = {
    .name = "queue",
    .format = 2,
    .upgrades = kUpgrades,
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
