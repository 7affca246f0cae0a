#include "table/rows/schema.hpp"

#include "table/rows/entities.hpp"
#include "table/rows/tables.hpp"
#include "store/formats.hpp"

namespace lazulite::table {
namespace {

// Keys are sortable (domain/key.hpp), so the order of the primary key is Azure's. A table that is dropped gives up its
// id, and the rows below it are drained later. Entities are some hundred bytes to a few thousand: pages of 8 KiB.
constexpr const char* kTableSchema = R"sql(
CREATE TABLE tables(
    name BLOB NOT NULL PRIMARY KEY, shown_name BLOB NOT NULL, table_id INTEGER NOT NULL, created INTEGER NOT NULL,
    props BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE entities(
    table_id INTEGER NOT NULL, partition_key BLOB NOT NULL, row_key BLOB NOT NULL, tick INTEGER NOT NULL,
    properties BLOB NOT NULL,
    PRIMARY KEY(table_id, partition_key, row_key)) WITHOUT ROWID;
)sql";

constexpr StoreKind::Upgrade kUpgrades[] = {{1, kMechanismOf2, kHasMechanismOf2}};

void check_rows(ReadTxn& tx, const std::set<std::int64_t>& drained,
                const std::function<void(const std::string&)>& problem) {
    check_tables(tx, problem);
    check_entities(tx, drained, problem);
}

}  // namespace

const StoreKind kTableStore = {
    .name = "table",
    .format = 2,
    .upgrades = kUpgrades,
    .schema = kTableSchema,
    .page_size = 8192,
    .has_extents = false,
    .drain = drain_entities,
    .named_contents = {},
    .named_sources = {},
    .check = check_rows,
};

}  // namespace lazulite::table
