#include "file/rows/schema.hpp"

#include <functional>
#include <set>
#include <string>

#include "file/domain/node.hpp"
#include "file/rows/expiry.hpp"

namespace lazulite::file {
namespace {

// What is live stands apart from what only share snapshots still show. The id of a share is the node id of its root
// directory. The live share of a name has the largest deleted_tick there is. `name` is null where it is the key.
constexpr const char* kSchema = R"sql(
CREATE TABLE shares(
    name BLOB NOT NULL, deleted_tick INTEGER NOT NULL, share_id INTEGER NOT NULL, created INTEGER NOT NULL,
    props BLOB NOT NULL,
    PRIMARY KEY(name, deleted_tick)) WITHOUT ROWID;
CREATE INDEX live_shares ON shares(name) WHERE deleted_tick = 9223372036854775807;
CREATE TABLE usage(share_id INTEGER PRIMARY KEY, live INTEGER NOT NULL, former INTEGER NOT NULL);
CREATE TABLE share_snapshots(
    share_id INTEGER NOT NULL, tick INTEGER NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(share_id, tick)) WITHOUT ROWID;
CREATE TABLE entries(
    dir_id INTEGER NOT NULL, key BLOB NOT NULL, name BLOB, node_id INTEGER NOT NULL, kind INTEGER NOT NULL,
    born INTEGER NOT NULL,
    PRIMARY KEY(dir_id, key)) WITHOUT ROWID;
CREATE TABLE nodes(
    node_id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, size INTEGER NOT NULL, links INTEGER NOT NULL,
    tick INTEGER NOT NULL, content BLOB NOT NULL, props BLOB NOT NULL);
CREATE TABLE former_entries(
    dir_id INTEGER NOT NULL, key BLOB NOT NULL, died INTEGER NOT NULL, share_id INTEGER NOT NULL, name BLOB,
    node_id INTEGER NOT NULL, kind INTEGER NOT NULL, born INTEGER NOT NULL,
    PRIMARY KEY(dir_id, key, died)) WITHOUT ROWID;
CREATE INDEX former_entries_died ON former_entries(share_id, died);
CREATE TABLE former_nodes(
    node_id INTEGER NOT NULL, died INTEGER NOT NULL, share_id INTEGER NOT NULL, kind INTEGER NOT NULL,
    size INTEGER NOT NULL, links INTEGER NOT NULL, tick INTEGER NOT NULL, content BLOB NOT NULL, props BLOB NOT NULL,
    PRIMARY KEY(node_id, died)) WITHOUT ROWID;
CREATE INDEX former_nodes_died ON former_nodes(share_id, died);
CREATE TABLE permissions(
    share_id INTEGER NOT NULL, key BLOB NOT NULL, text BLOB NOT NULL,
    PRIMARY KEY(share_id, key)) WITHOUT ROWID;
)sql";

constexpr const char* kNamedContents[] = {"SELECT content FROM nodes", "SELECT content FROM former_nodes"};
constexpr const char* kFaults[] = {
    "SELECT 'share ' || CAST(name AS TEXT) || ' has no root directory' FROM shares "
    "WHERE share_id NOT IN (SELECT node_id FROM nodes WHERE kind = 2)",
    "SELECT 'share ' || CAST(name AS TEXT) || ' does not count its bytes' FROM shares "
    "WHERE share_id NOT IN (SELECT share_id FROM usage)",
    "SELECT CAST(e.key AS TEXT) || ' stands for nothing' FROM entries e WHERE e.node_id NOT IN (SELECT node_id FROM nodes)",
    "SELECT CAST(e.key AS TEXT) || ' is of another kind than what it stands for' FROM entries e "
    "JOIN nodes n ON n.node_id = e.node_id WHERE n.kind <> e.kind",
    "SELECT 'node ' || n.node_id || ' has ' || n.links || ' links and ' || count(e.node_id) || ' entries' FROM nodes n "
    "LEFT JOIN entries e ON e.node_id = n.node_id WHERE n.node_id NOT IN (SELECT share_id FROM shares) "
    "GROUP BY n.node_id HAVING count(e.node_id) > n.links",
    "SELECT 'a former ' || CAST(key AS TEXT) || ' ended before it began' FROM former_entries WHERE died <= born",
    "SELECT 'a former node ' || node_id || ' ended before it began' FROM former_nodes WHERE died <= tick",
    "SELECT 'share ' || CAST(s.name AS TEXT) || ' is deleted and never going to be removed' FROM shares s "
    "WHERE s.deleted_tick < 9223372036854775807 AND s.share_id NOT IN (SELECT id FROM expiry WHERE kind = 1)",
    "SELECT 'a former state of node ' || f.node_id || ' is shown by no snapshot' FROM former_nodes f WHERE "
    "f.share_id IN (SELECT share_id FROM shares) AND NOT EXISTS (SELECT 1 FROM share_snapshots s "
    "WHERE s.share_id = f.share_id AND s.tick >= f.tick AND s.tick < f.died) AND NOT EXISTS (SELECT 1 FROM expiry WHERE kind = 2)",
    "SELECT 'a former ' || CAST(f.key AS TEXT) || ' is shown by no snapshot' FROM former_entries f WHERE "
    "f.share_id IN (SELECT share_id FROM shares) AND NOT EXISTS (SELECT 1 FROM share_snapshots s "
    "WHERE s.share_id = f.share_id AND s.tick >= f.born AND s.tick < f.died) AND NOT EXISTS (SELECT 1 FROM expiry WHERE kind = 2)",
};
static_assert(static_cast<int>(Expiry::shares) == 1 && static_cast<int>(Expiry::former) == 2);
static_assert(static_cast<int>(NodeKind::directory) == 2);

/// Walks each share from its root and counts what its files hold, and what only its snapshots still show.
void check_rows(ReadTxn& tx, const std::set<std::int64_t>& /*drained*/,
                const std::function<void(const std::string&)>& problem) {
    const auto report = [&problem](Cursor row, const char* what) {
        while (row.next()) {
            problem("share " + std::to_string(row.integer(0)) + " counts " + std::to_string(row.integer(1)) + what +
                    std::to_string(row.integer(2)));
        }
    };
    report(tx.query(
               "WITH RECURSIVE below(share_id, node_id, kind) AS (SELECT share_id, share_id, 2 FROM shares UNION "
               "SELECT b.share_id, e.node_id, e.kind FROM below b JOIN entries e ON b.kind = 2 AND e.dir_id = b.node_id) "
               "SELECT u.share_id, u.live, total(n.size) FROM usage u JOIN below b ON b.share_id = u.share_id "
               "JOIN nodes n ON n.node_id = b.node_id GROUP BY u.share_id HAVING u.live <> total(n.size)"),
           " bytes and has ");
    report(tx.query("SELECT u.share_id, u.former, total(f.size) FROM usage u LEFT JOIN former_nodes f ON f.share_id = u.share_id "
                    "WHERE u.share_id IN (SELECT share_id FROM shares) GROUP BY u.share_id HAVING u.former <> total(f.size)"),
           " bytes of former states and has ");
}

}  // namespace

const StoreKind kFileStore = {
    .name = "file",
    .format = 1,
    .schema = kSchema,
    .page_size = 4096,
    .has_extents = true,
    .drain = drain,
    .expire = expire,
    .named_contents = kNamedContents,
    .named_sources = {},
    .faults = kFaults,
    .check = check_rows,
};

}  // namespace lazulite::file
