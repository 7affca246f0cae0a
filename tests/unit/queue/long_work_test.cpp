#include <gtest/gtest.h>

#include "a_queue.hpp"
#include "in_memory.hpp"
#include "queue/ops/operations.hpp"

// What leaves the thread of a request, and what stays on it.
namespace lazulite::queue {
namespace {

using namespace std::chrono_literals;

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

class Text final : public BodyReader {
  public:
    explicit Text(std::string_view text) : left_(text) {}
    Task<Result<ByteView>> read() override { co_return as_bytes(std::exchange(left_, {})); }

  private:
    std::string_view left_;
};

class LongWorkOfQueues : public AQueue {
  protected:
    struct Answered {
        std::string body;
        Fields fields;
        int handed_over = 0;  ///< to the workers
    };
    Answered run(Operation::Run operation, std::string_view text, std::string_view body = {}) {
        Loop loop;
        CountedWorkers workers(loop);
        Text reader(body);
        Request request;
        request.content_length = body.size();
        request.body = &reader;
        const Query query = *Query::parse(text);
        Target target;
        target.container = "que";
        const Identity owner = Identity::owner();
        const Account account{"acct", {}, {}};
        const Operation row{};
        const Behaviour behaviour;
        Exchange x{request, query, target, owner, account, row, kNewestVersion, store_, workers, behaviour};
        Result<Response> response = loop.run(operation(x));
        if (!response) {
            ADD_FAILURE() << "it failed";
            return {};
        }
        auto* const written = std::get_if<std::string>(&response->body);
        return {written ? *written : "", response->fields, workers.count};
    }
    static int count(const std::string& text, std::string_view part) {
        int found = 0;
        for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
        return found;
    }
};

TEST_F(LongWorkOfQueues, IsNotWhatMostRequestsDo) {
    EXPECT_EQ(run(get_messages, "").handed_over, 0);
    EXPECT_EQ(run(put_message, "", "<QueueMessage><MessageText>a</MessageText></QueueMessage>").handed_over, 0);
    put_many(40, {});
    EXPECT_EQ(run(peek_messages, "peekonly=true&numofmessages=32").handed_over, 0);
    EXPECT_EQ(run(get_queue_metadata, "").handed_over, 0);
    const Answered got = run(get_messages, "numofmessages=32");
    EXPECT_EQ(got.handed_over, 0);
    EXPECT_EQ(count(got.body, "<MessageText>"), 32);
}

TEST_F(LongWorkOfQueues, IsToShowTwoMebibytes) {
    for (int i = 0; i < 32; ++i) put(std::string(64 << 10, 'x'));
    const Answered peeked = run(peek_messages, "peekonly=true&numofmessages=32");
    EXPECT_EQ(count(peeked.body, "<MessageText>"), 32);
    EXPECT_EQ(peeked.handed_over, 2);  // to read, to write
    const Answered got = run(get_messages, "numofmessages=32");
    EXPECT_EQ(count(got.body, "<MessageText>"), 32);
    EXPECT_EQ(got.handed_over, 1);
}

TEST_F(LongWorkOfQueues, IsToReadALongBody) {
    std::string body = "<QueueMessage><MessageText>";
    for (int i = 0; i < 20'000; ++i) body += "&quot;";
    EXPECT_EQ(run(put_message, "", body + "</MessageText></QueueMessage>").handed_over, 1);
    EXPECT_EQ(texts(claim(1)), std::string(20'000, '"'));
}

TEST_F(LongWorkOfQueues, IsToStepOverWhatHasExpired) {
    put_many(1000, 1);
    advance(1s);
    put("alive");
    EXPECT_EQ(run(get_queue_metadata, "").handed_over, 1);
    EXPECT_EQ(run(get_queue_metadata, "").fields.find("x-ms-approximate-messages-count"), "1");
    const Answered peeked = run(peek_messages, "peekonly=true");
    EXPECT_EQ(peeked.handed_over, 1);
    EXPECT_EQ(count(peeked.body, "alive"), 1);
    const Answered got = run(get_messages, "");
    EXPECT_EQ(got.handed_over, 1);
    EXPECT_EQ(count(got.body, "alive"), 1);
    wait_for("SELECT count(*) FROM messages", 1);
    EXPECT_EQ(run(get_messages, "").handed_over, 0);
}

TEST_F(LongWorkOfQueues, IsNotWaitedForWhereNothingLives) {
    put_many(1000, 1);
    advance(1s);
    EXPECT_EQ(count(run(get_messages, "").body, "<MessageText>"), 0);
    wait_for("SELECT count(*) FROM visible", 0);
    EXPECT_EQ(run(get_messages, "").handed_over, 0);
}

TEST_F(LongWorkOfQueues, IsNotToWriteWhereNothingIsThere) {
    run(get_messages, "");
    const auto before = files_.calls(FaultFileSystem::Kind::write);
    for (int i = 0; i < 20; ++i) run(get_messages, "");
    EXPECT_EQ(files_.calls(FaultFileSystem::Kind::write), before);
    put_many(1, {});
    const auto put = files_.calls(FaultFileSystem::Kind::write);
    EXPECT_GT(put, before);
    run(get_messages, "");
    EXPECT_GT(files_.calls(FaultFileSystem::Kind::write), put);  // the message is hidden now
}

}  // namespace
}  // namespace lazulite::queue
