#include <gtest/gtest.h>

#include "base/worker_pool.hpp"
#include "operation_runner.hpp"
#include "table/ops/operations.hpp"
#include "table_rows.hpp"

// What leaves the thread of a request, and what stays on it.
namespace lazulite::table {
namespace {

class LongWorkOfTables : public TableRows {
  protected:
    static constexpr std::int64_t kTable = 1;

    LongWorkOfTables() {
        write([](WriteTxn& tx) {
            insert_table(tx, {"people", kTable, tx.next_tick(), {}});
            for (int i = 0; i < 2000; ++i) put(tx, kTable, "p", std::to_string(10'000 + i));
        });
    }

    OperationRunner::Answer run(Operation::Run operation, std::string_view query, std::string_view body = {}) const {
        return OperationRunner(store_, "people", "application/json;odata=nometadata").run(operation, query, body);
    }
    static int entities_in(std::string_view body) { return count_of(body, "\"RowKey\""); }
};

TEST_F(LongWorkOfTables, IsNotToFindEntitiesByTheirKeys) {
    const auto point = run(query_entities, "$filter=PartitionKey eq 'p' and RowKey eq '11999'");
    EXPECT_EQ(entities_in(point.body), 1);
    EXPECT_EQ(point.handed_over, 0);
    const auto range =
        run(query_entities, "$filter=PartitionKey eq 'p' and RowKey ge '11000' and RowKey lt '11100'");
    EXPECT_EQ(entities_in(range.body), 100);
    EXPECT_EQ(range.handed_over, 0);
    const auto points =
        run(query_entities, "$filter=PartitionKey eq 'p' and (RowKey eq '10001' or RowKey eq '11998')");
    EXPECT_EQ(entities_in(points.body), 2);
    EXPECT_EQ(points.handed_over, 0);
    EXPECT_EQ(run(query_entities, "$filter=PartitionKey eq 'q'").handed_over, 0);
    EXPECT_EQ(run(query_entities, "$top=100").handed_over, 0);
}

TEST_F(LongWorkOfTables, IsToLookAtEveryEntity) {
    const auto scan = run(query_entities, "$filter=A ne 1");
    EXPECT_EQ(entities_in(scan.body), 0);
    EXPECT_EQ(scan.handed_over, 2) << "one from the front, one from behind";
    EXPECT_FALSE(scan.fields.has("x-ms-continuation-NextPartitionKey"));
}

// Two who walk towards each other answer as one would; here the one from behind is always first.
TEST_F(LongWorkOfTables, WhatIsFoundFromBehindComesInItsOrder) {
    write([](WriteTxn& tx) {
        PackedProperties marked;
        marked.add("Mark", EdmValue::of_integer(EdmType::boolean, 1));
        for (int i = 301; i < 2000; i += 7) {
            put_entity(tx, kTable, {{"p", std::to_string(10'000 + i)}, tx.next_tick(), marked});
        }
    });
    std::string expected;
    for (int i = 301; i < 2000; i += 7) expected += std::to_string(10'000 + i) + " ";
    for (const std::size_t top : {1000, 243, 242, 100, 7, 1}) {
        std::string found;
        std::string rest;
        do {
            const std::string query = "$filter=Mark and PartitionKey ge 'a'&$select=RowKey&$top=" + std::to_string(top);
            const auto page = run(query_entities, query + rest);
            EXPECT_LE(entities_in(page.body), static_cast<int>(top));
            const std::string start = "\"RowKey\":\"";
            for (std::size_t at = page.body.find(start); at != std::string::npos; at = page.body.find(start, at + 1)) {
                found += page.body.substr(at + start.size(), 5) + " ";
            }
            rest.clear();
            if (const auto partition = page.fields.find("x-ms-continuation-NextPartitionKey")) {
                rest = "&NextPartitionKey=" + std::string(*partition) +
                       "&NextRowKey=" + std::string(*page.fields.find("x-ms-continuation-NextRowKey"));
            }
        } while (!rest.empty());
        EXPECT_EQ(found, expected) << top;
    }
}

TEST_F(LongWorkOfTables, ThoseWhoMeetTakeEachEntityOnce) {
    std::string expected;
    write([&](WriteTxn& tx) {
        PackedProperties marked = some();
        marked.add("Mark", EdmValue::of_integer(EdmType::boolean, 1));
        for (int i = 0; i < 30'000; ++i) {
            const std::string row = std::to_string(100'000 + i);
            if (i % 500 == 0) expected += row + " ";
            put_entity(tx, kTable, {{"q", row}, tx.next_tick(), i % 500 == 0 ? marked : some()});
        }
    });
    Workers workers(2);
    for (int i = 0; i < 50; ++i) {
        const auto page = OperationRunner(store_, "people", "application/json;odata=nometadata")
                              .run(query_entities, "$filter=Mark&$select=RowKey", {}, &workers);
        std::string found;
        const std::string start = "\"RowKey\":\"";
        for (std::size_t at = page.body.find(start); at != std::string::npos; at = page.body.find(start, at + 1)) {
            found += page.body.substr(at + start.size(), 6) + " ";
        }
        ASSERT_EQ(found, expected);
        ASSERT_FALSE(page.fields.has("x-ms-continuation-NextPartitionKey"));
    }
    workers.stop();
}

TEST_F(LongWorkOfTables, IsToMakeAFullPage) {
    const auto page = run(query_entities, "");
    EXPECT_EQ(entities_in(page.body), 1000);
    EXPECT_EQ(page.handed_over, 1);
    EXPECT_TRUE(page.fields.has("x-ms-continuation-NextRowKey"));
}

// 64 entities of 64 KiB each: the page ends at some 4 MiB of them, whatever $top allows.
TEST_F(LongWorkOfTables, APageEndsAtFourMebibytes) {
    write([](WriteTxn& tx) {
        PackedProperties large;
        large.add("Text", EdmValue::of_string(std::string(32'768, 'x')));
        large.add("More", EdmValue::of_string(std::string(32'768, 'y')));
        for (int i = 0; i < 100; ++i) {
            put_entity(tx, kTable, {{"large", std::to_string(100 + i)}, tx.next_tick(), large});
        }
    });
    const auto page = run(query_entities, "$filter=PartitionKey eq 'large'");
    EXPECT_EQ(entities_in(page.body), 64);
    EXPECT_TRUE(page.fields.has("x-ms-continuation-NextPartitionKey"));
}

TEST_F(LongWorkOfTables, IsToReadALongBody) {
    std::string body = R"({"PartitionKey":"q","RowKey":"r")";
    for (int i = 0; i < 10; ++i) body += ",\"P" + std::to_string(i) + "\":\"" + std::string(32'000, 'x') + "\"";
    EXPECT_EQ(run(change_entity<ChangeKind::insert>, "", body + "}").handed_over, 2);  // to hash, to parse
    EXPECT_EQ(run(change_entity<ChangeKind::insert>, "", R"({"PartitionKey":"q","RowKey":"s"})").handed_over, 0);
}

}  // namespace
}  // namespace lazulite::table
