#include "queue/rows/schema.hpp"

#include "queue/rows/messages.hpp"

namespace lazulite::queue {
namespace {

// Get Messages moves a row of `visible` (about 30 bytes) and leaves the text where it is. A queue that is cleared or
// deleted gives up its generation, and the rows below it are drained later.
constexpr const char* kSchema = R"sql(
CREATE TABLE queues(
    name BLOB NOT NULL PRIMARY KEY, generation INTEGER NOT NULL, created INTEGER NOT NULL, deleted INTEGER,
    props BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE counts(generation INTEGER PRIMARY KEY, messages INTEGER NOT NULL);
CREATE TABLE messages(
    id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, tag INTEGER NOT NULL, inserted INTEGER NOT NULL,
    expires INTEGER NOT NULL, text BLOB NOT NULL);
CREATE INDEX expiring ON messages(expires, generation);
CREATE TABLE visible(
    generation INTEGER NOT NULL, next_visible INTEGER NOT NULL, id INTEGER NOT NULL, dequeue_count INTEGER NOT NULL,
    nonce INTEGER NOT NULL,
    PRIMARY KEY(generation, next_visible, id)) WITHOUT ROWID;
)sql";

}  // namespace

const StoreKind kQueueStore = {
    .name = "queue",
    .format = 1,
    .schema = kSchema,
    .page_size = 4096,
    .has_extents = false,
    .drain = drain,
    .named_contents = {},
    .named_sources = {},
};

}  // namespace lazulite::queue
