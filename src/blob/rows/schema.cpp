#include "blob/rows/schema.hpp"

#include "blob/rows/blobs.hpp"
#include "blob/rows/expiry.hpp"

namespace lazulite::blob {
namespace {

// Current blobs stand apart from their history, so that plain listings never step over old versions. The live container
// of a name has the largest deleted_tick there is.
constexpr const char* kSchema = R"sql(
CREATE TABLE containers(
    name BLOB NOT NULL, deleted_tick INTEGER NOT NULL, container_id INTEGER NOT NULL, root_dir_id INTEGER NOT NULL,
    tick INTEGER NOT NULL, created INTEGER NOT NULL, access INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(name, deleted_tick)) WITHOUT ROWID;
CREATE TABLE blobs(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, kind INTEGER NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL,
    tick INTEGER NOT NULL, content BLOB NOT NULL, child_dir_id INTEGER, flags INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
CREATE TABLE history(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL, tick INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL, flags INTEGER NOT NULL, props BLOB NOT NULL,
    deleted_tick INTEGER,
    PRIMARY KEY(dir_id, name, class, tick)) WITHOUT ROWID;
CREATE TABLE staged_sets(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, staging_id INTEGER NOT NULL, id_length INTEGER NOT NULL,
    count INTEGER NOT NULL, last_put INTEGER NOT NULL, stamp INTEGER NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
CREATE TABLE staged_blocks(
    staging_id INTEGER NOT NULL, block_id BLOB NOT NULL, length INTEGER NOT NULL, source BLOB NOT NULL,
    PRIMARY KEY(staging_id, block_id)) WITHOUT ROWID;
CREATE TABLE tags(
    dir_id INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL,
    tick INTEGER NOT NULL,
    PRIMARY KEY(dir_id, key, value, name, class, tick)) WITHOUT ROWID;
CREATE TABLE events(seq INTEGER PRIMARY KEY, payload BLOB NOT NULL);
)sql";

constexpr const char* kNamedContents[] = {"SELECT content FROM blobs", "SELECT content FROM history"};
constexpr const char* kNamedSources[] = {
    "SELECT source FROM staged_blocks WHERE staging_id NOT IN (SELECT id FROM expiry WHERE kind = 2)"};
static_assert(static_cast<int>(Expiry::consumed_blocks) == 2);

}  // namespace

const StoreKind kBlobStore = {
    .name = "blob",
    .format = 1,
    .schema = kSchema,
    .page_size = 4096,
    .has_extents = true,
    .drain = drain,
    .expire = expire,
    .named_contents = kNamedContents,
    .named_sources = kNamedSources,
};

}  // namespace lazulite::blob
