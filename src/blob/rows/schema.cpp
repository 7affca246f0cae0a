#include "blob/rows/schema.hpp"

#include "blob/rows/blobs.hpp"
#include "blob/rows/check.hpp"
#include "blob/rows/expiry.hpp"
#include "blob/rows/upgrades.hpp"

namespace lazulite::blob {
namespace {

// In a flat container dir_id is that of its root, and a name the whole name. In a hierarchical one dir_id is that of the
// directory a path stands in, and its name the last segment, with a slash behind it where it is a directory itself: rows
// come in byte order of the full paths, and a directory is moved or removed with all it holds by one row. What soft delete
// keeps stands below the root with its full path. Current blobs stand apart from their history, so that plain listings never step over old versions, and that from what
// soft delete keeps. The live container of a name has the largest deleted_tick there is.
constexpr const char* kSchema = R"sql(
CREATE TABLE containers(
    name BLOB NOT NULL, deleted_tick INTEGER NOT NULL, container_id INTEGER NOT NULL, root_dir_id INTEGER NOT NULL,
    tick INTEGER NOT NULL, created INTEGER NOT NULL, access INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(name, deleted_tick)) WITHOUT ROWID;
CREATE INDEX live_containers ON containers(name) WHERE deleted_tick = 9223372036854775807;
CREATE TABLE blobs(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, kind INTEGER NOT NULL, size INTEGER NOT NULL, created INTEGER NOT NULL,
    tick INTEGER NOT NULL, content BLOB NOT NULL, child_dir_id INTEGER, flags INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
CREATE UNIQUE INDEX directories ON blobs(child_dir_id) WHERE child_dir_id IS NOT NULL;
CREATE TABLE history(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL, tick INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL, flags INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(dir_id, name, class, tick)) WITHOUT ROWID;
CREATE TABLE retained(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL, tick INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL, flags INTEGER NOT NULL, props BLOB NOT NULL,
    deleted_tick INTEGER NOT NULL, until INTEGER NOT NULL, child_dir_id INTEGER,
    PRIMARY KEY(dir_id, name, class, tick)) WITHOUT ROWID;
CREATE INDEX retained_until ON retained(dir_id, name, until);
CREATE TABLE staged_sets(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, staging_id INTEGER NOT NULL, id_length INTEGER NOT NULL,
    count INTEGER NOT NULL, last_put INTEGER NOT NULL, stamp INTEGER NOT NULL, key_sha256 BLOB NOT NULL,
    scope BLOB NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
CREATE TABLE staged_blocks(
    staging_id INTEGER NOT NULL, block_id BLOB NOT NULL, length INTEGER NOT NULL, source BLOB NOT NULL,
    PRIMARY KEY(staging_id, block_id)) WITHOUT ROWID;
CREATE TABLE tags(
    dir_id INTEGER NOT NULL, class INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, name BLOB NOT NULL,
    tick INTEGER NOT NULL,
    PRIMARY KEY(dir_id, class, key, value, name, tick)) WITHOUT ROWID;
CREATE TABLE events(
    seq INTEGER PRIMARY KEY, subscription BLOB NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL,
    made INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE INDEX events_due ON events(subscription, due);
CREATE TABLE rehydrations(
    seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, container BLOB NOT NULL, dir_id INTEGER NOT NULL, name BLOB NOT NULL,
    class INTEGER NOT NULL, tick INTEGER NOT NULL, request_id BLOB NOT NULL, client_request_id BLOB NOT NULL,
    endpoint BLOB NOT NULL);
CREATE INDEX rehydrations_due ON rehydrations(due);
)sql";

constexpr const char* kNamedContents[] = {"SELECT content FROM blobs", "SELECT content FROM history", "SELECT content FROM retained"};
constexpr const char* kNamedSources[] = {
    "SELECT source FROM staged_blocks WHERE staging_id NOT IN (SELECT id FROM expiry WHERE kind = 2)"};
static_assert(static_cast<int>(Expiry::consumed_blocks) == 2);
constexpr const char* kFaults[] = {
    "SELECT 'a former state of ' || CAST(name AS TEXT) || ' is of class ' || class FROM history WHERE class NOT IN (0, 1, 2, 3)",
    "SELECT 'deleted snapshots of ' || CAST(h.name AS TEXT) || ' are not going to be removed' FROM history h WHERE h.class = 0 "
    "AND NOT EXISTS (SELECT 1 FROM expiry WHERE kind = 3)",
    "SELECT 'what soft delete keeps of ' || CAST(name AS TEXT) || ' is of class ' || class FROM retained "
    "WHERE class NOT IN (1, 2, 3)",
    "SELECT 'what soft delete keeps of ' || CAST(r.name AS TEXT) || ' is never going to be removed' FROM retained r "
    "WHERE NOT EXISTS (SELECT 1 FROM expiry WHERE kind = 4 AND due >= r.until)",
    "SELECT CAST(b.name AS TEXT) || ' is there and deleted' FROM blobs b JOIN history d "
    "ON d.class = 3 AND d.dir_id = b.dir_id AND d.name = b.name",
    "SELECT 'directory ' || CAST(name AS TEXT) || ' does not end with a slash, or has another' FROM blobs "
    "WHERE child_dir_id IS NOT NULL AND (length(name) < 2 OR instr(name, X'2F') <> length(name))",
    "SELECT CAST(f.name AS TEXT) || ' is a file and a directory' FROM blobs d JOIN blobs f ON f.dir_id = d.dir_id "
    "AND f.name = substr(d.name, 1, length(d.name) - 1) WHERE d.child_dir_id IS NOT NULL AND f.flags & 1 = 0",
    "SELECT 'what was in directory ' || CAST(r.name AS TEXT) || ' is there and deleted' FROM retained r "
    "JOIN blobs b ON b.child_dir_id = r.child_dir_id",
    "SELECT 'container ' || CAST(c.name AS TEXT) || ' is deleted and never going to be removed' FROM containers c "
    "WHERE c.deleted_tick < 9223372036854775807 "
    "AND c.container_id NOT IN (SELECT id FROM expiry WHERE kind = 5)",
};
static_assert(static_cast<int>(Expiry::cut_snapshots) == 3 && static_cast<int>(Expiry::retained) == 4 &&
              static_cast<int>(Expiry::containers) == 5);

}  // namespace

const StoreKind kBlobStore = {
    .name = "blob",
    .format = 3,
    .upgrades = kUpgrades,
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
