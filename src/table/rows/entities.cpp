#include "table/rows/entities.hpp"

#include <utility>
#include <vector>

namespace lazulite::table {

std::optional<Entity> find_entity(ReadTxn& tx, std::int64_t table_id, const EntityKey& key) {
    const std::string partition = sortable(key.partition);
    const std::string row_key = sortable(key.row);
    Cursor row =
        tx.query("SELECT tick, properties FROM entities WHERE table_id = ?1 AND partition_key = ?2 AND row_key = ?3",
                 table_id, std::string_view(partition), std::string_view(row_key));
    if (!row.next()) return std::nullopt;
    return Entity{key, instant_of(row.integer(0)), PackedProperties(std::string(row.bytes(1)))};
}

void put_entity(WriteTxn& tx, std::int64_t table_id, const Entity& entity) {
    tx.execute(
        "INSERT INTO entities(table_id, partition_key, row_key, tick, properties) VALUES(?1, ?2, ?3, ?4, ?5) "
        "ON CONFLICT(table_id, partition_key, row_key) DO UPDATE SET tick = ?4, properties = ?5",
        table_id, sortable(entity.key.partition), sortable(entity.key.row), tick_count(entity.timestamp),
        entity.properties.bytes());
}

void remove_entity(WriteTxn& tx, std::int64_t table_id, const EntityKey& key) {
    tx.execute("DELETE FROM entities WHERE table_id = ?1 AND partition_key = ?2 AND row_key = ?3", table_id,
               sortable(key.partition), sortable(key.row));
}

EntityCursor::EntityCursor(ReadTxn& tx, std::int64_t table_id, const KeyPosition& first)
    : first_(first),
      cursor_(tx.query("SELECT partition_key, row_key, tick, properties FROM entities "
                       "WHERE table_id = ?1 AND (partition_key, row_key) >= (?2, ?3) ORDER BY partition_key, row_key",
                       table_id, std::string_view(first_.partition), std::string_view(first_.row))) {}

bool EntityCursor::next() { return cursor_.next(); }

bool drain_entities(WriteTxn& tx, WriteTxn::Drain /*kind*/, std::int64_t table_id, int rows) {
    std::vector<KeyPosition> doomed;
    {
        Cursor row =
            tx.query("SELECT partition_key, row_key FROM entities WHERE table_id = ?1 LIMIT ?2", table_id, rows);
        while (row.next()) doomed.push_back({std::string(row.bytes(0)), std::string(row.bytes(1))});
    }
    for (const KeyPosition& key : doomed) {
        tx.execute("DELETE FROM entities WHERE table_id = ?1 AND partition_key = ?2 AND row_key = ?3", table_id,
                   key.partition, key.row);
    }
    return std::cmp_less(doomed.size(), rows);
}

void check_entities(ReadTxn& tx, const std::set<std::int64_t>& drained,
                    const std::function<void(const std::string&)>& problem) {
    {
        Cursor stray =
            tx.query("SELECT DISTINCT table_id FROM entities WHERE table_id NOT IN (SELECT table_id FROM tables)");
        while (stray.next()) {
            const std::int64_t id = stray.integer(0);
            if (!drained.contains(id)) {
                problem("entities stand below table " + std::to_string(id) + ", which does not exist");
            }
        }
    }
    Cursor row = tx.query("SELECT table_id, partition_key, row_key, properties FROM entities");
    while (row.next()) {
        PropertyReader reader(row.bytes(3));
        while (reader.next()) {
        }
        if (reader.whole()) continue;
        problem("the properties of an entity of table " + std::to_string(row.integer(0)) +
                " are damaged: " + quoted(from_sortable(row.bytes(1))) + ", " + quoted(from_sortable(row.bytes(2))));
    }
}

}  // namespace lazulite::table
