#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace lazulite::table {

/// A table as stored.
struct Table {
    std::string name;  ///< as it was created; found whatever the case
    std::int64_t table_id = 0;
    Instant created;
    std::string policies;  ///< pack_policies
};

[[nodiscard]] std::optional<Table> find_table(ReadTxn& tx, std::string_view name);
/// As find_table, failing with table_not_found.
[[nodiscard]] Result<Table> require_table(ReadTxn& tx, std::string_view name);

void insert_table(WriteTxn& tx, const Table& table);
void update_table(WriteTxn& tx, const Table& table);
/// O(1): its entities are drained later.
void remove_table(WriteTxn& tx, const Table& table);

/// Walks tables in the order of their names without case, from `first` (in small letters) on.
class TableCursor {
  public:
    TableCursor(ReadTxn& tx, std::string_view first);
    [[nodiscard]] std::optional<Table> next();

  private:
    Cursor cursor_;
};

/// For the checker.
void check_tables(ReadTxn& tx, const std::function<void(const std::string&)>& problem);

}  // namespace lazulite::table
