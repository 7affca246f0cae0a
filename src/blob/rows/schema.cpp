#include "blob/rows/schema.hpp"

#include <functional>
#include <set>
#include <string>

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
constexpr const char* kFaults[] = {
    "SELECT 'a former state of ' || CAST(name AS TEXT) || ' is of class ' || class FROM history WHERE class NOT IN (0, 1, 2)",
    "SELECT 'deleted snapshots of ' || CAST(h.name AS TEXT) || ' are not going to be removed' FROM history h WHERE h.class = 0 "
    "AND NOT EXISTS (SELECT 1 FROM expiry WHERE kind = 3)",
};
static_assert(static_cast<int>(Expiry::cut_snapshots) == 3);

void check_rows(ReadTxn& tx, const std::set<std::int64_t>& drained,
                const std::function<void(const std::string&)>& problem) {
    Cursor row = tx.query(
        "SELECT DISTINCT dir_id FROM history WHERE dir_id NOT IN (SELECT root_dir_id FROM containers)");
    while (row.next()) {
        const std::int64_t dir_id = row.integer(0);
        if (!drained.contains(dir_id)) problem("directory " + std::to_string(dir_id) + " is of no container and has snapshots");
    }
}

}  // namespace

const StoreKind kBlobStore = {
    .name = "blob",
    .format = 2,
    .schema = kSchema,
    .page_size = 4096,
    .has_extents = true,
    .drain = drain,
    .expire = expire,
    .named_contents = kNamedContents,
    .named_sources = kNamedSources,
    .faults = kFaults,
    .check = check_rows,
};

}  // namespace lazulite::blob
