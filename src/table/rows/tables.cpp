#include "table/rows/tables.hpp"

#include "base/packed.hpp"
#include "base/text.hpp"

namespace lazulite::table {
namespace {

struct TableTag {
    enum : std::uint8_t { policies = 1 };
};

std::string pack(const Table& table) {
    PackedWriter props;
    props.put(TableTag::policies, table.policies);
    return props.take();
}

// Columns: shown_name, table_id, created, props.
Table read_table(const Cursor& row) {
    Table table;
    table.name = row.bytes(0);
    table.table_id = row.integer(1);
    table.created = instant_of(row.integer(2));
    PackedReader props(row.bytes(3));
    while (const auto entry = props.next()) {
        if (entry->tag == TableTag::policies) table.policies = entry->value;
    }
    return table;
}

}  // namespace

std::optional<Table> find_table(ReadTxn& tx, std::string_view name) {
    const std::string key = to_lower(name);
    Cursor row =
        tx.query("SELECT shown_name, table_id, created, props FROM tables WHERE name = ?1", std::string_view(key));
    if (!row.next()) return std::nullopt;
    return read_table(row);
}

Result<Table> require_table(ReadTxn& tx, std::string_view name) {
    auto table = find_table(tx, name);
    if (!table) return fail(ErrorCode::table_not_found);
    return *std::move(table);
}

void insert_table(WriteTxn& tx, const Table& table) {
    tx.execute("INSERT INTO tables(name, shown_name, table_id, created, props) VALUES(?1, ?2, ?3, ?4, ?5)",
               to_lower(table.name), table.name, table.table_id, tick_count(table.created), pack(table));
}

void update_table(WriteTxn& tx, const Table& table) {
    tx.execute("UPDATE tables SET props = ?2 WHERE name = ?1", to_lower(table.name), pack(table));
}

void remove_table(WriteTxn& tx, const Table& table) {
    tx.execute("DELETE FROM tables WHERE name = ?1", to_lower(table.name));
    tx.drain(WriteTxn::Drain::table, table.table_id);
}

TableCursor::TableCursor(ReadTxn& tx, std::string_view first)
    : cursor_(
          tx.query("SELECT shown_name, table_id, created, props FROM tables WHERE name >= ?1 ORDER BY name", first)) {}

std::optional<Table> TableCursor::next() {
    if (!cursor_.next()) return std::nullopt;
    return read_table(cursor_);
}

void check_tables(ReadTxn& tx, const std::function<void(const std::string&)>& problem) {
    {
        Cursor row = tx.query("SELECT name, shown_name FROM tables");
        while (row.next()) {
            if (to_lower(row.bytes(1)) != row.bytes(0)) {
                problem("table " + std::string(row.bytes(1)) + " stands under another name");
            }
        }
    }
    Cursor twice = tx.query("SELECT table_id FROM tables GROUP BY table_id HAVING count(*) > 1");
    while (twice.next()) problem("two tables have the id " + std::to_string(twice.integer(0)));
}

}  // namespace lazulite::table
