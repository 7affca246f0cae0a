#include <gtest/gtest.h>

#include "in_memory.hpp"
#include "table/ops/operations.hpp"
#include "table_rows.hpp"

// What leaves the thread of a request, and what stays on it.
namespace lazulite::table {
namespace {

/// Runs what it is given on the thread of the request, and counts it.
class CountedWorkers final : public Executor {
  public:
    explicit CountedWorkers(Executor& loop) : loop_(loop) {}
    void post(std::coroutine_handle<> handle) override {
        ++count;
        loop_.post(handle);
    }
    int count = 0;

  private:
    Executor& loop_;
};

class OneText final : public BodyReader {
  public:
    explicit OneText(std::string_view text) : left_(text) {}
    Task<Result<ByteView>> read() override { co_return as_bytes(std::exchange(left_, {})); }

  private:
    std::string_view left_;
};

class LongWorkOfTables : public TableRows {
  protected:
    static constexpr std::int64_t kTable = 1;

    LongWorkOfTables() {
        write([](WriteTxn& tx) {
            insert_table(tx, {"people", kTable, tx.next_tick(), {}});
            for (int i = 0; i < 2000; ++i) put(tx, kTable, "p", std::to_string(10'000 + i));
        });
    }

    struct Answered {
        std::string body;
        Fields fields;
        int handed_over = 0;  ///< to the workers
    };
    Answered run(Operation::Run operation, std::string_view text, std::string_view body = {}) {
        Loop loop;
        CountedWorkers workers(loop);
        OneText reader(body);
        Request request;
        request.content_length = body.size();
        request.body = &reader;
        request.fields.add("Accept", "application/json;odata=nometadata");
        const Query query = *Query::parse(text);
        Target target;
        target.container = "people";
        const Identity owner = Identity::owner();
        const Account account{"acct", {}, {}};
        const Operation row{};
        const Behaviour behaviour;
        Exchange x{request, query, target, owner, account, row, kNewestVersion, store_, workers, behaviour, {}};
        Result<Response> response = loop.run(operation(x));
        if (!response) {
            ADD_FAILURE() << "it failed";
            return {};
        }
        auto* const written = std::get_if<std::string>(&response->body);
        return {written ? *written : "", response->fields, workers.count};
    }
    static int entities_in(const std::string& text) {
        int found = 0;
        for (std::size_t at = text.find("\"RowKey\""); at != std::string::npos; at = text.find("\"RowKey\"", at + 1)) {
            ++found;
        }
        return found;
    }
};

TEST_F(LongWorkOfTables, IsNotToFindEntitiesByTheirKeys) {
    const Answered point = run(query_entities, "$filter=PartitionKey eq 'p' and RowKey eq '11999'");
    EXPECT_EQ(entities_in(point.body), 1);
    EXPECT_EQ(point.handed_over, 0);
    const Answered range =
        run(query_entities, "$filter=PartitionKey eq 'p' and RowKey ge '11000' and RowKey lt '11100'");
    EXPECT_EQ(entities_in(range.body), 100);
    EXPECT_EQ(range.handed_over, 0);
    const Answered points =
        run(query_entities, "$filter=PartitionKey eq 'p' and (RowKey eq '10001' or RowKey eq '11998')");
    EXPECT_EQ(entities_in(points.body), 2);
    EXPECT_EQ(points.handed_over, 0);
    EXPECT_EQ(run(query_entities, "$filter=PartitionKey eq 'q'").handed_over, 0);
    EXPECT_EQ(run(query_entities, "$top=100").handed_over, 0);
}

TEST_F(LongWorkOfTables, IsToLookAtEveryEntity) {
    const Answered scan = run(query_entities, "$filter=A ne 1");
    EXPECT_EQ(entities_in(scan.body), 0);
    EXPECT_EQ(scan.handed_over, 1);
    EXPECT_FALSE(scan.fields.has("x-ms-continuation-NextPartitionKey"));
}

TEST_F(LongWorkOfTables, IsToMakeAFullPage) {
    const Answered page = run(query_entities, "");
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
    const Answered page = run(query_entities, "$filter=PartitionKey eq 'large'");
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
