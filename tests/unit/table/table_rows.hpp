#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "store/file_system.hpp"
#include "store/stores.hpp"
#include "table/rows/entities.hpp"
#include "table/rows/schema.hpp"
#include "table/rows/tables.hpp"

namespace lazulite::table {

/// A table.db in memory.
class TableRows : public ::testing::Test {
  protected:
    TableRows() {
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kTableStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kTableStore.name);
    }
    ~TableRows() override { close(); }
    void close() {
        store_.reset();
        stores_->close();
    }

    template <class Fn>
    void write(Fn fn) {
        ASSERT_TRUE(store_->write_and_wait([&fn](WriteTxn& tx) -> Result<> {
            fn(tx);
            return {};
        }));
    }
    template <class Fn>
    auto read(Fn fn) {
        return *store_->read([&fn](ReadTxn& tx) -> Result<std::invoke_result_t<Fn, ReadTxn&>> { return fn(tx); });
    }
    std::int64_t number(const char* sql) {
        return read([sql](ReadTxn& tx) {
            Cursor row = tx.query(sql);
            return row.next() ? row.integer(0) : -1;
        });
    }
    static PackedProperties some() {
        PackedProperties packed;
        packed.add("A", EdmValue::of_integer(EdmType::int32, 1));
        return packed;
    }
    static void put(WriteTxn& tx, std::int64_t table_id, const std::string& partition, const std::string& row) {
        put_entity(tx, table_id, {{partition, row}, tx.next_tick(), some()});
    }
    std::vector<std::string> keys_from(std::int64_t table_id, const KeyPosition& first) {
        return read([&](ReadTxn& tx) {
            std::vector<std::string> keys;
            EntityCursor cursor(tx, table_id, {first, std::nullopt});
            while (cursor.next()) keys.push_back(from_sortable(cursor.partition()) + "|" + from_sortable(cursor.row()));
            return keys;
        });
    }

    ManualClock wall_{instant_of(17'000'000'000'000'000)};
    std::unique_ptr<FileSystem> memory_ = make_memory_file_system(1ULL << 30);
    FileSystem& files_ = *memory_;
    std::unique_ptr<Stores> stores_;
    std::shared_ptr<Store> store_;
};

}  // namespace lazulite::table
