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
/// In place of what stands there.
void put_entity(WriteTxn& tx, std::int64_t table_id, const Entity& entity);
void remove_entity(WriteTxn& tx, std::int64_t table_id, const EntityKey& key);

/// Walks the entities of a table in key order from `first` on. The views hold until the next step.
class EntityCursor {
  public:
    EntityCursor(ReadTxn& tx, std::int64_t table_id, const KeyPosition& first);
    [[nodiscard]] bool next();

    [[nodiscard]] std::string_view partition() const { return cursor_.bytes(0); }  ///< sortable
    [[nodiscard]] std::string_view row() const { return cursor_.bytes(1); }        ///< sortable
    [[nodiscard]] Instant timestamp() const { return instant_of(cursor_.integer(2)); }
    [[nodiscard]] std::string_view properties() const { return cursor_.bytes(3); }  ///< packed

  private:
    KeyPosition first_;
    Cursor cursor_;
};

/// StoreKind::drain.
bool drain_entities(WriteTxn& tx, WriteTxn::Drain kind, std::int64_t table_id, int rows);
/// For the checker.
void check_entities(ReadTxn& tx, const std::set<std::int64_t>& drained,
                    const std::function<void(const std::string&)>& problem);

}  // namespace lazulite::table
