#include <gtest/gtest.h>

#include "a_queue.hpp"

namespace lazulite::queue {
namespace {

using namespace std::chrono_literals;

class Messages : public AQueue {};

TEST_F(Messages, ComeFirstVisibleFirst) {
    put("late", 5s);
    put("one");
    put("two");
    EXPECT_EQ(texts(claim(32, 10s)), "one two");
    advance(5s);
    EXPECT_EQ(texts(claim(32, 10s)), "late");
    advance(5s);
    EXPECT_EQ(texts(claim(32, 10s)), "one two");
}

TEST_F(Messages, ThatBecomeVisibleAtOnceComeInTheOrderInWhichTheyWerePut) {
    // The shorter a message lives, the smaller its id: that must not be its place.
    put("one", {}, -1);
    put("two", {}, 600);
    put("three", {}, 60);
    put("four");
    EXPECT_EQ(texts(claim(32, 10s)), "one two three four");
    advance(10s);
    EXPECT_EQ(texts(claim(2, 10s)), "one two");
    EXPECT_EQ(texts(claim(2, 10s)), "three four");
    advance(10s);
    EXPECT_EQ(texts(claim(32, 10s)), "one two three four");
}

TEST_F(Messages, AreHiddenAndCountedAndGetAReceipt) {
    const Message message = put("a");
    const FoundMessages first = claim(1, 10s);
    ASSERT_EQ(texts(first), "a");
    EXPECT_EQ(first.messages[0].id, message.id);
    EXPECT_EQ(first.messages[0].dequeue_count, 1);
    EXPECT_EQ(first.messages[0].receipt.next_visible, wall_.now() + 10s);
    EXPECT_NE(first.messages[0].receipt, message.receipt);
    EXPECT_EQ(texts(claim(1)), "");
    advance(10s - Ticks(1));
    EXPECT_EQ(texts(claim(1)), "");
    advance(Ticks(1));
    const FoundMessages second = claim(1);
    ASSERT_EQ(texts(second), "a");
    EXPECT_EQ(second.messages[0].dequeue_count, 2);
    EXPECT_EQ(second.messages[0].inserted, message.inserted);
}

TEST_F(Messages, AreNamedByTheirLatestReceiptAlone) {
    const Message message = put("a");
    EXPECT_EQ(outcome(message.id, message.receipt), ErrorCode{});
    const PopReceipt second = claim(1, 10s).messages[0].receipt;
    EXPECT_EQ(outcome(message.id, message.receipt), ErrorCode::pop_receipt_mismatch);
    EXPECT_EQ(outcome(message.id, second), ErrorCode{});
    PopReceipt guessed = second;
    guessed.nonce ^= 1;
    EXPECT_EQ(outcome(message.id, guessed), ErrorCode::pop_receipt_mismatch);
    MessageId other = message.id;
    other.tag ^= 1;
    EXPECT_EQ(outcome(other, second), ErrorCode::message_not_found);

    const PopReceipt third = PopReceipt::make(wall_.now());
    write([&](WriteTxn& tx) {
        const Result<Message> found = require_message(tx, queue_.generation, message.id, second);
        move_message(tx, queue_.generation, *found, third, std::string("b"));
    });
    EXPECT_EQ(outcome(message.id, second), ErrorCode::pop_receipt_mismatch);
    const FoundMessages last = claim(1);
    ASSERT_EQ(texts(last), "b");
    EXPECT_EQ(last.messages[0].dequeue_count, 2);

    write([&](WriteTxn& tx) { remove_message(tx, queue_.generation, last.messages[0]); });
    EXPECT_EQ(outcome(message.id, last.messages[0].receipt), ErrorCode::message_not_found);
    EXPECT_EQ(counted(), 0);
}

TEST_F(Messages, KeepTheirReceiptWhenTheirTimeoutIsOver) {
    const Message message = put("a");
    const PopReceipt receipt = claim(1, 1s).messages[0].receipt;
    advance(100s);
    EXPECT_EQ(outcome(message.id, receipt), ErrorCode{});
}

TEST_F(Messages, OfAClearedQueueAreGoneAtOnceAndDrainedLater) {
    const Message message = put("a", 60s);
    put_many(450, {});
    const std::size_t before = files_.position();
    const std::int64_t changed = write([this](WriteTxn& tx) {
        const auto total = [&tx] {
            Cursor row = tx.query("SELECT total_changes()");
            return row.next() ? row.integer(0) : 0;
        };
        const std::int64_t start = total();
        end_generation(tx, queue_.generation);
        queue_.generation = begin_generation(tx);
        update_queue(tx, queue_);
        return total() - start;
    });
    EXPECT_EQ(changed, 3);  // whatever it held
    EXPECT_EQ(counted(), 0);
    EXPECT_EQ(texts(claim(32)), "");
    EXPECT_EQ(outcome(message.id, message.receipt), ErrorCode::message_not_found);
    put("new");
    wait_for("SELECT count(*) FROM messages", 1);
    wait_for("SELECT count(*) FROM visible", 1);
    EXPECT_EQ(number("SELECT count(*) FROM counts"), 1);
    EXPECT_EQ(texts(claim(32)), "new");
    const StoreKind* const kinds[] = {&kQueueStore};
    const std::size_t end = files_.position();
    for (std::size_t position = before; position <= end; position += (end - before) / 50 + 1) {
        for (const std::string& problem : check(*files_.after_kill(position), kinds).problems) ADD_FAILURE() << problem;
    }
}

TEST_F(Messages, AreFoundByASeekHoweverManyThereAre) {
    static const std::string kExplain = std::string("EXPLAIN QUERY PLAN ") + kWalk;
    const std::string plan = read([](ReadTxn& tx) {
        std::string lines;
        Cursor row = tx.query(kExplain.c_str(), std::int64_t{1}, std::int64_t{0}, std::int64_t{1});
        while (row.next()) lines.append(row.bytes(3)).append("\n");
        return lines;
    });
    EXPECT_EQ(plan, "SEARCH v USING PRIMARY KEY (generation=? AND next_visible>? AND next_visible<?)\n"
                    "SEARCH m USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN\n");
}

TEST_F(Messages, ThatAreLongAreLeftToAWorker) {
    for (int i = 0; i < 10; ++i) put(std::string(1000, 'x'));
    const auto found = [this](std::size_t bytes) {
        return read([&](ReadTxn& tx) { return find_visible(tx, queue_.generation, kBeginning, 10, {.bytes = bytes}); });
    };
    EXPECT_TRUE(found(9'999).cut);
    EXPECT_FALSE(found(10'000).cut);
    EXPECT_EQ(found(10'000).messages.size(), 10U);
}

TEST_F(Messages, OfADeletedQueueKeepItsNameForAsLongAsTheyAreSaidTo) {
    write([this](WriteTxn& tx) { remove_queue(tx, queue_, tx.now() + 30s); });
    const auto outcome = [this] {
        const auto found = store_->read([](ReadTxn& tx) { return require_queue(tx, "que"); });
        return found ? ErrorCode{} : found.error().code();
    };
    EXPECT_EQ(outcome(), ErrorCode::queue_being_deleted);
    advance(30s - Ticks(1));
    EXPECT_EQ(outcome(), ErrorCode::queue_being_deleted);
    advance(Ticks(1));
    EXPECT_EQ(outcome(), ErrorCode::queue_not_found);
    wait_for("SELECT count(*) FROM deleted", 0);
}

TEST_F(Messages, ThatGotLostAreFoundByTheChecker) {
    put("a");
    for (const char* const damage : {"UPDATE counts SET messages = 2", "DELETE FROM visible", "DELETE FROM counts"}) {
        write([damage](WriteTxn& tx) { tx.execute(damage); });
        store_.reset();
        stores_->close();
        const StoreKind* const kinds[] = {&kQueueStore};
        const CheckReport report = check(files_, kinds);
        ASSERT_EQ(report.problems.size(), 1U) << damage;
        EXPECT_NE(report.problems[0].find("queue que counts "), std::string::npos) << report.problems[0];
        Stores::Options options;
        options.wall = &wall_;
        options.kinds = {&kQueueStore};
        stores_ = *Stores::open(files_, options);
        store_ = *stores_->store("acct", kQueueStore.name);
    }
    write([](WriteTxn& tx) {
        tx.execute("DELETE FROM messages");
        tx.execute("DELETE FROM queues");
    });
}

}  // namespace
}  // namespace lazulite::queue
