#include "blob/rows/upgrades.hpp"

#include "base/packed.hpp"
#include "blob/domain/tags.hpp"
#include "blob/rows/blob_row.hpp"
#include "blob/rows/expiry.hpp"
#include "blob/rows/history.hpp"
#include "store/formats.hpp"
#include "store/sql.hpp"

namespace lazulite::blob {
namespace {

/// Uncommitted blocks were kept without anybody looking when they are over.
constexpr const char* kWatchStagedSets =
    "INSERT OR IGNORE INTO expiry(due, kind, id, key) SELECT DISTINCT "
    "(last_put / 36000000000 + 1) * 36000000000 + 6048000000000, 1, last_put / 36000000000, X'' FROM staged_sets";
static_assert(static_cast<int>(Expiry::staged_sets) == 1);
static_assert(Ticks(std::chrono::hours(1)).count() == 36'000'000'000 && Ticks(kStagedLife).count() == 6'048'000'000'000);

/// What came with soft delete, customer keys, events and rehydration. A blob that was deleted while versions of it were
/// left gets the mark that says so now; the tick of a current blob's tags says that it is one.
constexpr const char* kRetained = R"sql(
CREATE INDEX live_containers ON containers(name) WHERE deleted_tick = 9223372036854775807;
ALTER TABLE history DROP COLUMN deleted_tick;
INSERT INTO history(dir_id, name, class, tick, kind, size, created, content, flags, props)
    SELECT dir_id, name, 3, max(tick) + 1, kind, size, created, X'00', flags, props FROM history h
    WHERE class = 2 AND NOT EXISTS (SELECT 1 FROM blobs b WHERE b.dir_id = h.dir_id AND b.name = h.name)
    GROUP BY dir_id, name;
CREATE TABLE retained(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, class INTEGER NOT NULL, tick INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, created INTEGER NOT NULL, content BLOB NOT NULL, flags INTEGER NOT NULL, props BLOB NOT NULL,
    deleted_tick INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY(dir_id, name, class, tick)) WITHOUT ROWID;
CREATE INDEX retained_until ON retained(dir_id, name, until);
ALTER TABLE staged_sets RENAME TO former_staged_sets;
CREATE TABLE staged_sets(
    dir_id INTEGER NOT NULL, name BLOB NOT NULL, staging_id INTEGER NOT NULL, id_length INTEGER NOT NULL,
    count INTEGER NOT NULL, last_put INTEGER NOT NULL, stamp INTEGER NOT NULL, key_sha256 BLOB NOT NULL,
    scope BLOB NOT NULL,
    PRIMARY KEY(dir_id, name)) WITHOUT ROWID;
INSERT INTO staged_sets SELECT dir_id, name, staging_id, id_length, count, last_put, stamp, X'', X'' FROM former_staged_sets;
DROP TABLE former_staged_sets;
ALTER TABLE tags RENAME TO former_tags;
CREATE TABLE tags(
    dir_id INTEGER NOT NULL, class INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL, name BLOB NOT NULL,
    tick INTEGER NOT NULL,
    PRIMARY KEY(dir_id, class, key, value, name, tick)) WITHOUT ROWID;
INSERT INTO tags SELECT dir_id, 0, key, value, name, 9223372036854775807 FROM former_tags;
DROP TABLE former_tags;
DROP TABLE events;
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
static_assert(static_cast<int>(HistoryClass::version) == 2 && static_cast<int>(HistoryClass::blob) == 3);

/// Versions had tags that nobody could search for.
void index_tags_of_versions(Connection& connection) {
    Cursor row = connection.query(
        "SELECT dir_id, name, tick, kind, size, created, tick, content, props FROM history WHERE class = 2");
    while (row.next()) {
        for (const BlobTag& tag : TagSet::unpack(read_former(row, 3, HistoryClass::version).tags)) {
            connection.execute(
                "INSERT OR REPLACE INTO tags(dir_id, class, key, value, name, tick) VALUES(?1, 2, ?2, ?3, ?4, ?5)",
                row.integer(0), std::string_view(tag.key), std::string_view(tag.value), row.bytes(1), row.integer(2));
        }
    }
}

}  // namespace

const StoreKind::Upgrade kUpgrades[4] = {
    {1, kMechanismOf2, kHasMechanismOf2},
    {1, kWatchStagedSets},
    {2, kRetained, "SELECT 1 FROM sqlite_schema WHERE name = 'retained'", index_tags_of_versions},
    {2, "CREATE UNIQUE INDEX directories ON blobs(child_dir_id) WHERE child_dir_id IS NOT NULL;"
        "ALTER TABLE retained ADD COLUMN child_dir_id INTEGER"},
};

}  // namespace lazulite::blob
