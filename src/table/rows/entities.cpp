#include "table/rows/entities.hpp"

#include <array>
#include <utility>
#include <vector>

#include "base/text.hpp"

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

Result<EntityPlace> require_place(ReadTxn& tx, std::string_view table, const EntityKey& key) {
    const std::string name = to_lower(table);
    const std::string partition = sortable(key.partition);
    const std::string row_key = sortable(key.row);
    Cursor row = tx.query("SELECT t.table_id, t.shown_name, e.tick, e.properties FROM tables t LEFT JOIN entities e "
                          "ON e.table_id = t.table_id AND e.partition_key = ?2 AND e.row_key = ?3 WHERE t.name = ?1",
                          std::string_view(name), std::string_view(partition), std::string_view(row_key));
    if (!row.next()) return fail(ErrorCode::table_not_found);
    EntityPlace place{row.integer(0), std::string(row.bytes(1)), std::nullopt};
    if (!row.is_null(2)) place.entity = Entity{key, instant_of(row.integer(2)), PackedProperties(std::string(row.bytes(3)))};
    return place;
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

namespace {

/// Behind every key: no byte of one is 0xFF.
constexpr std::string_view kBehindAll = "\xFF";

/// A statement by its order and by what it asks of each row.
class Walk {
  public:
    /// `parameter` is the one that follows those of the range.
    Walk(const std::string& range, const std::string& parameter) {
        const std::string columns = "partition_key, row_key, tick, properties";
        const std::string select = "SELECT " + columns + " FROM entities WHERE table_id = ?1 AND " + range;
        const std::array<std::string, 3> tests{"", " AND wanted(" + parameter + ", properties)",
                                               " AND wanted(" + parameter + ", " + columns + ")"};
        for (std::size_t test = 0; test < tests.size(); ++test) {
            texts_[0][test] = select + tests[test] + " ORDER BY partition_key, row_key";
            texts_[1][test] = select + tests[test] + " ORDER BY partition_key DESC, row_key DESC";
        }
    }

    [[nodiscard]] const char* text(EntityCursor::Order order, const std::optional<EntityTest>& wanted) const {
        const std::size_t test = !wanted ? 0 : wanted->asks_of_row ? 2 : 1;
        return texts_[order == EntityCursor::Order::backwards ? 1 : 0][test].c_str();
    }

  private:
    std::array<std::array<std::string, 3>, 2> texts_;
};

const Walk& within_partition() {
    static const Walk walk("partition_key = ?2 AND row_key >= ?3 AND row_key < ?4", "?5");
    return walk;
}

const Walk& over_partitions() {
    static const Walk walk("partition_key > ?2 AND partition_key < ?3", "?4");
    return walk;
}

const Walk& to_the_last_partition() {
    static const Walk walk("partition_key > ?2", "?3");
    return walk;
}

}  // namespace

EntityCursor::EntityCursor(ReadTxn& tx, std::int64_t table_id, KeySpan span, std::optional<EntityTest> wanted,
                           Order order)
    : tx_(tx), table_id_(table_id), span_(std::move(span)), wanted_(wanted), order_(order) {
    const auto& end = span_.end;
    if (end && *end <= span_.first) stage_ = Stage::done;
    else if (order_ == Order::forwards || in_one_partition()) stage_ = Stage::first_partition;
    else stage_ = end ? Stage::last_partition : Stage::between;
}

bool EntityCursor::next() {
    while (!cursor_ || !cursor_->next()) {
        cursor_.reset();
        if (stage_ == Stage::done) return false;
        begin_stage();
        stage_ = following(stage_);
    }
    return true;
}

bool EntityCursor::in_one_partition() const { return span_.end && span_.end->partition == span_.first.partition; }

EntityCursor::Stage EntityCursor::following(Stage stage) const {
    const bool forwards = order_ == Order::forwards;
    switch (stage) {
        case Stage::first_partition: return forwards && !in_one_partition() ? Stage::between : Stage::done;
        case Stage::between:
            if (forwards) return span_.end ? Stage::last_partition : Stage::done;
            return Stage::first_partition;
        case Stage::last_partition: return forwards ? Stage::done : Stage::between;
        case Stage::done: break;
    }
    return Stage::done;
}

void EntityCursor::begin_stage() {
    const auto begin = [this](const Walk& walk, const auto&... range) {
        const char* const sql = walk.text(order_, wanted_);
        if (wanted_) cursor_.emplace(tx_.query(sql, table_id_, std::string_view(range)..., &wanted_->test));
        else cursor_.emplace(tx_.query(sql, table_id_, std::string_view(range)...));
    };
    const KeyPosition& first = span_.first;
    const auto& end = span_.end;
    switch (stage_) {
        case Stage::first_partition: {
            const std::string_view last = in_one_partition() ? std::string_view(end->row) : kBehindAll;
            return begin(within_partition(), first.partition, first.row, last);
        }
        case Stage::between:
            if (end) return begin(over_partitions(), first.partition, end->partition);
            return begin(to_the_last_partition(), first.partition);
        case Stage::last_partition:
            if (!end->row.empty()) begin(within_partition(), end->partition, "", end->row);
            return;
        case Stage::done: return;
    }
}

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
