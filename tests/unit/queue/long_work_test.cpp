#include <gtest/gtest.h>

#include "a_queue.hpp"
#include "operation_runner.hpp"
#include "queue/ops/operations.hpp"

// What leaves the thread of a request, and what stays on it.
namespace lazulite::queue {
namespace {

using namespace std::chrono_literals;

class LongWorkOfQueues : public AQueue {
  protected:
    OperationRunner::Answer run(Operation::Run operation, std::string_view query, std::string_view body = {}) const {
        return OperationRunner(store_, "que").run(operation, query, body);
    }
};

TEST_F(LongWorkOfQueues, IsNotWhatMostRequestsDo) {
    EXPECT_EQ(run(get_messages, "").handed_over, 0);
    EXPECT_EQ(run(put_message, "", "<QueueMessage><MessageText>a</MessageText></QueueMessage>").handed_over, 0);
    put_many(40, {});
    EXPECT_EQ(run(peek_messages, "peekonly=true&numofmessages=32").handed_over, 0);
    EXPECT_EQ(run(get_queue_metadata, "").handed_over, 0);
    const auto got = run(get_messages, "numofmessages=32");
    EXPECT_EQ(got.handed_over, 0);
    EXPECT_EQ(count_of(got.body, "<MessageText>"), 32);
}

TEST_F(LongWorkOfQueues, IsToShowTwoMebibytes) {
    for (int i = 0; i < 32; ++i) put(std::string(64 << 10, 'x'));
    const auto peeked = run(peek_messages, "peekonly=true&numofmessages=32");
    EXPECT_EQ(count_of(peeked.body, "<MessageText>"), 32);
    EXPECT_EQ(peeked.handed_over, 2);  // to read, to write
    const auto got = run(get_messages, "numofmessages=32");
    EXPECT_EQ(count_of(got.body, "<MessageText>"), 32);
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
    const auto peeked = run(peek_messages, "peekonly=true");
    EXPECT_EQ(peeked.handed_over, 1);
    EXPECT_EQ(count_of(peeked.body, "alive"), 1);
    const auto got = run(get_messages, "");
    EXPECT_EQ(got.handed_over, 1);
    EXPECT_EQ(count_of(got.body, "alive"), 1);
    wait_for("SELECT count(*) FROM messages", 1);
    EXPECT_EQ(run(get_messages, "").handed_over, 0);
}

TEST_F(LongWorkOfQueues, IsNotWaitedForWhereNothingLives) {
    put_many(1000, 1);
    advance(1s);
    EXPECT_EQ(count_of(run(get_messages, "").body, "<MessageText>"), 0);
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

TEST_F(LongWorkOfQueues, IsNotToLookBeforeAClaimWhereTheLastOneFoundSome) {
    put_many(2, {});
    run(get_messages, "");
    const auto reads = files_.calls(FaultFileSystem::Kind::read);
    EXPECT_EQ(count_of(run(get_messages, "").body, "<MessageText>"), 1);
    EXPECT_EQ(files_.calls(FaultFileSystem::Kind::read), reads);  // what was written since then
    EXPECT_EQ(count_of(run(get_messages, "").body, "<MessageText>"), 0);
    const auto commits = store_->commits();
    EXPECT_EQ(count_of(run(get_messages, "").body, "<MessageText>"), 0);
    EXPECT_EQ(store_->commits(), commits);
}

TEST_F(LongWorkOfQueues, IsToLookWhereAClaimMeetsManyThatHaveExpired) {
    put_many(1, {});
    EXPECT_EQ(count_of(run(get_messages, "").body, "<MessageText>"), 1);
    put_many(1000, 1);
    advance(1s);
    put("alive");
    const auto got = run(get_messages, "");
    EXPECT_EQ(got.handed_over, 1);
    EXPECT_EQ(count_of(got.body, "alive"), 1);
    wait_for("SELECT count(*) FROM messages", 2);
}

}  // namespace
}  // namespace lazulite::queue
