#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "store/check.hpp"
#include "table/domain/change.hpp"
#include "table_rows.hpp"

namespace lazulite::table {
namespace {

using namespace std::chrono_literals;

TEST_F(TableRows, AreWalkedInTheOrderOfUtf16FromAnyKeyOn) {
    const std::string face = "\xF0\x9F\x98\x80";
    const std::string half_width = "\xEF\xBD\xA1";
    write([&](WriteTxn& tx) {
        for (const auto& partition : {half_width, std::string("a"), face, std::string()}) {
            put(tx, 1, partition, "2");
            put(tx, 1, partition, "");
        }
        put(tx, 2, "other", "table");
    });
    EXPECT_EQ(keys_from(1, {"", ""}), (std::vector<std::string>{"|", "|2", "a|", "a|2", face + "|", face + "|2",
                                                                half_width + "|", half_width + "|2"}));
    EXPECT_EQ(keys_from(1, {sortable(face), "1"}),
              (std::vector<std::string>{face + "|2", half_width + "|", half_width + "|2"}));
    EXPECT_EQ(keys_from(1, after({"a", ""})).front(), "a|2");
}

TEST_F(TableRows, APutReplacesAndARemovedOneIsGone) {
    write([](WriteTxn& tx) { put(tx, 1, "p", "r"); });
    PackedProperties other;
    other.add("B", EdmValue::of_string("x"));
    write([&](WriteTxn& tx) { put_entity(tx, 1, {{"p", "r"}, tx.next_tick(), other}); });
    EXPECT_EQ(read([](ReadTxn& tx) { return find_entity(tx, 1, {"p", "r"}); })->properties, other);
    write([](WriteTxn& tx) { remove_entity(tx, 1, {"p", "r"}); });
    EXPECT_FALSE(read([](ReadTxn& tx) { return find_entity(tx, 1, {"p", "r"}); }));
}

// The id of a dropped table is given up at once; its rows follow in slices.
TEST_F(TableRows, OfADroppedTableAreDrained) {
    std::int64_t id = 0;
    write([&](WriteTxn& tx) {
        id = tx.next_id();
        insert_table(tx, {"People", id, tx.next_tick(), {}});
        for (int i = 0; i < 1000; ++i) put(tx, id, "p", std::to_string(i));
    });
    write([](WriteTxn& tx) { remove_table(tx, *find_table(tx, "PEOPLE")); });
    EXPECT_FALSE(read([](ReadTxn& tx) { return find_table(tx, "people"); }));
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (number("SELECT count(*) FROM entities") != 0 && std::chrono::steady_clock::now() < end) {
        write([](WriteTxn&) {});
    }
    EXPECT_EQ(number("SELECT count(*) FROM entities"), 0);
}

// Many writers hold the same ETag; the one whose turn comes first changes the entity and with it the ETag.
TEST_F(TableRows, OfManyUpdatesWithOneEtagExactlyOneWins) {
    write([](WriteTxn& tx) { put(tx, 1, "p", "r"); });
    const Instant seen = read([](ReadTxn& tx) { return find_entity(tx, 1, {"p", "r"}); })->timestamp;
    std::atomic<int> won = 0;
    std::atomic<int> refused = 0;
    std::vector<std::thread> writers;
    for (int i = 0; i < 8; ++i) {
        writers.emplace_back([&, i] {
            PackedProperties mine;
            mine.add("Writer", EdmValue::of_integer(EdmType::int32, i));
            const EntityChange change{ChangeKind::update, {"p", "r"}, {false, seen}, mine};
            const Result<> outcome = store_->write_and_wait([&](WriteTxn& tx) -> Result<> {
                LAZ_TRY(auto properties, changed(find_entity(tx, 1, change.key), change));
                put_entity(tx, 1, {change.key, tx.next_tick(), *std::move(properties)});
                return {};
            });
            if (outcome) ++won;
            else if (outcome.error().code() == ErrorCode::update_condition_not_satisfied) ++refused;
        });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(refused, 7);
}

TEST_F(TableRows, APageOfEntitiesReadsNoMoreThanItNeeds) {
    const std::string plan = read([](ReadTxn& tx) {
        Cursor row = tx.query(
            "EXPLAIN QUERY PLAN SELECT partition_key, row_key, tick, properties FROM entities "
            "WHERE table_id = ?1 AND (partition_key, row_key) >= (?2, ?3) ORDER BY partition_key, row_key");
        std::string text;
        while (row.next()) text += std::string(row.bytes(3));
        return text;
    });
    EXPECT_EQ(plan, "SEARCH entities USING PRIMARY KEY (table_id=? AND (partition_key,row_key)>(?,?))");
}

TEST_F(TableRows, TheCheckerFindsRowsOfNoTableAndDamagedOnes) {
    write([](WriteTxn& tx) {
        insert_table(tx, {"people", 1, tx.next_tick(), {}});
        put(tx, 1, "p", "r");
    });
    const std::vector<const StoreKind*> kinds{&kTableStore};
    write([](WriteTxn& tx) {
        put(tx, 7, "p", "r");
        tx.execute(
            "INSERT INTO entities(table_id, partition_key, row_key, tick, properties) VALUES(1, x'71', x'72', 1, "
            "x'01')");
    });
    close();
    const CheckReport report = check(files_, kinds);
    ASSERT_EQ(report.problems.size(), 2u);
    EXPECT_NE(report.problems[0].find("entities stand below table 7, which does not exist"), std::string::npos);
    EXPECT_NE(report.problems[1].find("the properties of an entity of table 1 are damaged: 'q', 'r'"),
              std::string::npos);
}

}  // namespace
}  // namespace lazulite::table
