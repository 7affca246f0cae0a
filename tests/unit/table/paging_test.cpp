#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "operation_runner.hpp"
#include "table/ops/operations.hpp"
#include "table_rows.hpp"

// Pages are read while other threads insert and delete around the place where the reader is. What was there throughout
// comes exactly once, nothing comes twice, and all of it in order.
namespace lazulite::table {
namespace {

class PagesOfTables : public TableRows {
  protected:
    static constexpr int kLasting = 600;  // there throughout; each with ten places behind it where others come and go
    static constexpr int kPlaces = 10;
    static constexpr int kWriters = 3;

    /// Place 0 is that of the lasting one.
    using Change = std::function<void(WriteTxn&, int lasting, int place, bool insert)>;

    /// Writers change places near the reader and elsewhere while `read` runs.
    void while_others_write(const Change& change, const std::function<void()>& read) {
        std::vector<std::thread> writers;
        for (int i = 0; i < kWriters; ++i) {
            writers.emplace_back([this, &change, i] {
                std::minstd_rand dice(static_cast<unsigned>(i) + 1);
                const auto below = [&dice](int end) { return static_cast<int>(dice() % static_cast<unsigned>(end)); };
                while (!done_) {
                    write([&](WriteTxn& tx) {
                        for (int n = 0; n < 8; ++n) {
                            const bool near = below(3) != 0;
                            const int lasting =
                                near ? std::clamp(reader_ + below(5) - 2, 0, kLasting - 1) : below(kLasting);
                            change(tx, lasting, 1 + below(kPlaces - 1), below(2) == 0);
                        }
                    });
                    ++changes_;
                    changes_.notify_all();
                }
            });
        }
        read();
        done_ = true;
        for (std::thread& writer : writers) writer.join();
    }

    /// The reader has come as far as this one; goes on when the writers have seen it.
    void let_them_write(int lasting) {
        reader_ = lasting;
        const int seen = changes_;
        for (int now = seen; now < seen + 2 * kWriters; now = changes_) changes_.wait(now);
    }

    /// Four digits and the place; the lasting ones end in 0.
    static std::string name(int lasting, int place) {
        return std::to_string(10'000 + lasting).substr(1) + std::to_string(place);
    }

    /// Names in the order shown, and what asks for the next page; empty: there is none.
    struct Page {
        std::vector<std::string> names;
        std::string next;
    };
    /// Reads all pages: the lasting ones from `first` to `end` must be on them.
    void read_through(const std::function<Page(const std::string&)>& read_page, int first, int end) {
        std::string last;
        int expected = first;
        std::string from;
        do {
            const Page page = read_page(from);
            for (const std::string& shown : page.names) {
                ASSERT_LT(last, shown) << "after page " << from;
                last = shown;
                if (!shown.ends_with('0')) continue;
                ASSERT_EQ(shown, name(expected, 0));
                ++expected;
            }
            from = page.next;
            let_them_write(expected);
        } while (!from.empty());
        EXPECT_EQ(expected, end);
    }

    static std::vector<std::string> values_of(std::string_view body, std::string_view property) {
        const std::string opening = '"' + std::string(property) + "\":\"";
        std::vector<std::string> values;
        for (std::size_t at = body.find(opening); at != std::string_view::npos; at = body.find(opening, at)) {
            at += opening.size();
            values.emplace_back(body.substr(at, body.find('"', at) - at));
        }
        return values;
    }

    std::atomic<int> reader_ = 0;
    std::atomic<int> changes_ = 0;
    std::atomic<bool> done_ = false;
};

TEST_F(PagesOfTables, ShowEveryEntityThatStaysOnce) {
    constexpr int kOfAPartition = kLasting / 4;
    const auto put_one = [](WriteTxn& tx, int lasting, int place) {
        PackedProperties properties;
        properties.add("Lasting", EdmValue::of_integer(EdmType::boolean, place == 0 ? 1 : 0));
        put_entity(tx, 1,
                   {{"p" + std::to_string(lasting / kOfAPartition), name(lasting, place)}, tx.next_tick(), properties});
    };
    write([&](WriteTxn& tx) {
        insert_table(tx, {"people", 1, tx.next_tick(), {}});
        for (int i = 0; i < kLasting; ++i) put_one(tx, i, 0);
    });
    const Change change = [&](WriteTxn& tx, int lasting, int place, bool insert) {
        if (insert) put_one(tx, lasting, place);
        else remove_entity(tx, 1, {"p" + std::to_string(lasting / kOfAPartition), name(lasting, place)});
    };
    const OperationRunner runner(store_, "people", "application/json;odata=nometadata");
    const auto read_page = [&](const std::string& query) {
        return [&runner, query](const std::string& from) -> Page {
            const auto page = runner.run(query_entities, query + from);
            const auto partition = page.fields.find("x-ms-continuation-NextPartitionKey");
            if (!partition) return {values_of(page.body, "RowKey"), {}};
            return {values_of(page.body, "RowKey"), "&NextPartitionKey=" + std::string(*partition) + "&NextRowKey=" +
                                                        std::string(*page.fields.find("x-ms-continuation-NextRowKey"))};
        };
    };
    while_others_write(change, [&] {
        for (const int top : {1000, 400, 300, 97, 50, 31, 13, 5}) {
            SCOPED_TRACE("$top " + std::to_string(top));
            const std::string query = "$select=RowKey&$top=" + std::to_string(top);
            read_through(read_page(query), 0, kLasting);
            read_through(read_page(query + "&$filter=Lasting"), 0, kLasting);
            read_through(read_page(query + "&$filter=PartitionKey%20gt%20'p0'%20and%20PartitionKey%20ne%20'p3'"),
                         kOfAPartition, 3 * kOfAPartition);
        }
    });
}

TEST_F(PagesOfTables, ShowEveryTableThatStaysOnce) {
    const auto create = [](WriteTxn& tx, const std::string& table) {
        if (!find_table(tx, table)) insert_table(tx, {table, tx.next_id(), tx.next_tick(), {}});
    };
    write([&](WriteTxn& tx) {
        for (int i = 0; i < kLasting; ++i) create(tx, "T" + name(i, 0));
    });
    const Change change = [&](WriteTxn& tx, int lasting, int place, bool insert) {
        const std::string table = "t" + name(lasting, place);
        if (insert) return create(tx, table);
        if (const auto found = find_table(tx, table)) remove_table(tx, *found);
    };
    const OperationRunner runner(store_, "", "application/json;odata=nometadata");
    const auto read_page = [&](const std::string& query) {
        return [&runner, query](const std::string& from) -> Page {
            const auto page = runner.run(query_tables, query + from);
            Page read;
            for (const std::string& table : values_of(page.body, "TableName")) read.names.push_back(table.substr(1));
            if (const auto next = page.fields.find("x-ms-continuation-NextTableName")) {
                read.next = "&NextTableName=" + std::string(*next);
            }
            return read;
        };
    };
    while_others_write(change, [&] {
        for (const int top : {1000, 400, 97, 50, 31, 13, 5}) {
            SCOPED_TRACE("$top " + std::to_string(top));
            const std::string query = "$top=" + std::to_string(top);
            read_through(read_page(query), 0, kLasting);
            // Of a filter 'T' sorts before 'a', 't' behind it.
            read_through(read_page(query + "&$filter=TableName%20lt%20'a'"), 0, kLasting);
        }
    });
}

}  // namespace
}  // namespace lazulite::table
