#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
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

TEST_F(TableRows, APartOfATableIsWalkedFromItsFirstKeyToItsEnd) {
    write([](WriteTxn& tx) {
        for (const auto* partition : {"", "a", "b", "c", "d"}) {
            for (const auto* row : {"", "1", "2"}) put(tx, 1, partition, row);
        }
    });
    const auto within = [this](const KeyPosition& first, const std::optional<KeyPosition>& end) {
        return read([&](ReadTxn& tx) {
            std::string keys;
            EntityCursor cursor(tx, 1, {first, end});
            while (cursor.next()) keys.append(cursor.partition()).append("|").append(cursor.row()).append(" ");
            return keys;
        });
    };
    EXPECT_EQ(within({"c", "1"}, std::nullopt), "c|1 c|2 d| d|1 d|2 ");
    EXPECT_EQ(within({"a", "1"}, KeyPosition{"c", "1"}), "a|1 a|2 b| b|1 b|2 c| ");
    EXPECT_EQ(within({"a", "2"}, KeyPosition{"c", ""}), "a|2 b| b|1 b|2 ");
    EXPECT_EQ(within({"a", ""}, KeyPosition{"a", "2"}), "a| a|1 ");
    EXPECT_EQ(within({"", ""}, KeyPosition{"", "1"}), "| ");
    EXPECT_EQ(within({"aa", "x"}, KeyPosition{"b", "1"}), "b| ");
    EXPECT_EQ(within({"b", "1"}, KeyPosition{"b", "1"}), "");
    EXPECT_EQ(within({"c", ""}, KeyPosition{"b", "2"}), "");
    const auto behind = [this](const KeyPosition& first, const std::optional<KeyPosition>& end) {
        return read([&](ReadTxn& tx) {
            std::string keys;
            EntityCursor cursor(tx, 1, {first, end}, std::nullopt, EntityCursor::Order::backwards);
            while (cursor.next()) keys.append(cursor.partition()).append("|").append(cursor.row()).append(" ");
            return keys;
        });
    };
    EXPECT_EQ(behind({"c", "1"}, std::nullopt), "d|2 d|1 d| c|2 c|1 ");
    EXPECT_EQ(behind({"a", "1"}, KeyPosition{"c", "1"}), "c| b|2 b|1 b| a|2 a|1 ");
    EXPECT_EQ(behind({"a", "2"}, KeyPosition{"c", ""}), "b|2 b|1 b| a|2 ");
    EXPECT_EQ(behind({"a", ""}, KeyPosition{"a", "2"}), "a|1 a| ");
    EXPECT_EQ(behind({"c", ""}, KeyPosition{"b", "2"}), "");
}

TEST_F(TableRows, AWalkReadsNoRowsBeyondItsPart) {
    class Counted final : public RowTest {
      public:
        bool wants(const RowValues& /*row*/) noexcept override { return ++rows == 0; }
        int rows = 0;
    };
    write([](WriteTxn& tx) {
        for (const auto* partition : {"a", "b", "c"}) {
            for (const auto* row : {"1", "2", "3"}) put(tx, 1, partition, row);
        }
        put(tx, 2, "b", "1");
    });
    const auto looked_at = [this](const KeyPosition& first, const KeyPosition& end, bool asks_of_row) {
        return read([&](ReadTxn& tx) {
            Counted counted;
            EntityCursor cursor(tx, 1, {first, end}, EntityTest{counted, asks_of_row});
            EXPECT_FALSE(cursor.next());
            return counted.rows;
        });
    };
    EXPECT_EQ(looked_at({"b", "2"}, {"b", "3"}, false), 1);
    EXPECT_EQ(looked_at({"a", "3"}, {"c", "2"}, true), 5);
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
