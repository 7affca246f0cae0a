#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "store/transaction.hpp"
#include "table/domain/entity.hpp"
#include "table/domain/key.hpp"

namespace lazulite::table {

[[nodiscard]] std::optional<Entity> find_entity(ReadTxn& tx, std::int64_t table_id, const EntityKey& key);
/// What stands under a key, and the table it would stand in.
struct EntityPlace {
    std::int64_t table_id = 0;
    std::string table;  ///< its name as it was created
    std::optional<Entity> entity;
};
/// require_table and find_entity in one. Fails with table_not_found.
[[nodiscard]] Result<EntityPlace> require_place(ReadTxn& tx, std::string_view table, const EntityKey& key);
/// In place of what stands there.
void put_entity(WriteTxn& tx, std::int64_t table_id, const Entity& entity);
void remove_entity(WriteTxn& tx, std::int64_t table_id, const EntityKey& key);

/// Which rows of a walk come out; asked inside the statement. Handed over are `properties` alone or, with
/// `asks_of_row`, all four columns of EntityCursor.
struct EntityTest {
    RowTest& test;
    bool asks_of_row;
};

/// Walks the entities of a part of a table in key order, or from its end on. The views hold until the next step.
class EntityCursor {
  public:
    enum class Order : std::uint8_t { forwards, backwards };

    EntityCursor(ReadTxn& tx, std::int64_t table_id, KeySpan span, std::optional<EntityTest> wanted = std::nullopt,
                 Order order = Order::forwards);
    EntityCursor(const EntityCursor&) = delete;  // statements hold views of the span
    EntityCursor& operator=(const EntityCursor&) = delete;
    ~EntityCursor() = default;
    [[nodiscard]] bool next();

    [[nodiscard]] std::string_view partition() const { return cursor_->bytes(0); }  ///< sortable
    [[nodiscard]] std::string_view row() const { return cursor_->bytes(1); }        ///< sortable
    [[nodiscard]] Instant timestamp() const { return instant_of(cursor_->integer(2)); }
    [[nodiscard]] std::string_view properties() const { return cursor_->bytes(3); }  ///< packed

  private:
    /// The walk is one range of the primary key after the other: what is left of the first partition, the partitions
    /// between, the beginning of the last one. One comparison of pairs would be made anew for every row.
    enum class Stage : std::uint8_t { first_partition, between, last_partition, done };

    void begin_stage();
    [[nodiscard]] Stage following(Stage stage) const;
    [[nodiscard]] bool in_one_partition() const;

    ReadTxn& tx_;
    std::int64_t table_id_;
    KeySpan span_;
    std::optional<EntityTest> wanted_;
    Order order_;
    Stage stage_ = Stage::done;
    std::optional<Cursor> cursor_;
};

/// StoreKind::drain.
bool drain_entities(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t table_id, int rows);
/// For the checker.
void check_entities(ReadTxn& tx, const std::set<std::int64_t>& drained,
                    const std::function<void(const std::string&)>& problem);

}  // namespace lazulite::table
