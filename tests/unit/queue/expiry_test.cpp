#include "queue/rows/expiry.hpp"

#include <gtest/gtest.h>

#include "a_queue.hpp"

namespace lazulite::queue {
namespace {

using namespace std::chrono_literals;

constexpr const char* kMessages = "SELECT count(*) FROM messages";
constexpr const char* kPlaces = "SELECT count(*) FROM visible";
constexpr const char* kAsked = "SELECT count(*) FROM expiry";

class ExpiredMessages : public AQueue {};

TEST_F(ExpiredMessages, AreGoneBeforeTheyAreRemoved) {
    const Message message = put("short", {}, 60);
    put("long");
    EXPECT_EQ(counted(), 2);
    advance(60s - Ticks(1));
    EXPECT_EQ(counted(), 2);
    EXPECT_EQ(outcome(message.id, message.receipt), ErrorCode{});
    advance(Ticks(1));
    EXPECT_EQ(counted(), 1);
    EXPECT_EQ(outcome(message.id, message.receipt), ErrorCode::message_not_found);
    EXPECT_EQ(texts(read([this](ReadTxn& tx) { return find_visible(tx, queue_.generation, kBeginning, 32, {.expired = 100}); })), "long");
    EXPECT_EQ(texts(claim(32)), "long");
}

TEST_F(ExpiredMessages, FreeTheirSpaceWhenTheirPeriodIsOver) {
    put_many(450, 60);
    put("stays");
    advance(60s + kPeriod);
    wait_for(kMessages, 1);
    wait_for(kPlaces, 1);
    EXPECT_EQ(number("SELECT messages FROM counts"), 1);
    EXPECT_EQ(counted(), 1);
    EXPECT_EQ(number(kAsked), 1);  // for the one that stays
}

TEST_F(ExpiredMessages, ThatWereGotLeaveNoPlaceBehind) {
    put_many(250, 60);
    for (int i = 0; i < 8; ++i) EXPECT_EQ(claim(32, 100s).messages.size(), i < 7 ? 32U : 26U);
    put("stays");
    advance(60s + kPeriod);
    wait_for(kMessages, 1);
    advance(2 * kPeriod);
    wait_for(kPlaces, 1);
    EXPECT_EQ(texts(claim(32)), "stays");
}

TEST_F(ExpiredMessages, OfOnePeriodAreAskedForOnce) {
    put_many(100, 60);
    put_many(100, 60);
    EXPECT_EQ(number(kAsked), 1);
    put("never", {}, -1);
    EXPECT_EQ(number(kAsked), 1);
}

TEST_F(ExpiredMessages, AtTheHeadAreSteppedOverAndSweptAway) {
    put_many(1000, 1);
    put("alive");
    advance(1s);
    const FoundMessages cut = read([this](ReadTxn& tx) { return find_visible(tx, queue_.generation, kBeginning, 1, {.expired = 100}); });
    EXPECT_TRUE(cut.cut);
    EXPECT_TRUE(cut.messages.empty());
    const FoundMessages all = read([this](ReadTxn& tx) { return find_visible(tx, queue_.generation, kBeginning, 1, {}); });
    ASSERT_EQ(texts(all), "alive");
    EXPECT_FALSE(read([this](ReadTxn& tx) { return count_messages(tx, queue_.generation, 100); }));
    write([this](WriteTxn& tx) { sweep_head(tx, queue_.generation); });
    wait_for(kMessages, 1);
    wait_for(kPlaces, 1);
    EXPECT_EQ(texts(claim(1)), "alive");
    EXPECT_EQ(number("SELECT messages FROM counts"), 1);
}

TEST_F(ExpiredMessages, BetweenOthersAreRemovedByTheClaimThatMeetsThem) {
    put("one");
    for (int i = 0; i < 20; ++i) {
        put("short", {}, 1);
        if (i == 9) put("two");
    }
    put("three");
    advance(1s);
    const FoundMessages found = claim(32);
    EXPECT_EQ(texts(found), "one two");  // and there it has removed 16
    EXPECT_TRUE(found.cut);
    EXPECT_EQ(number(kMessages), 7);
    EXPECT_EQ(texts(claim(32)), "three");
    EXPECT_EQ(number(kMessages), 3);
    EXPECT_EQ(number("SELECT messages FROM counts"), 3);
}

TEST_F(ExpiredMessages, OfAClearedQueueGoWithIt) {
    put_many(300, 60);
    write([this](WriteTxn& tx) {
        end_generation(tx, queue_.generation);
        queue_.generation = begin_generation(tx);
        update_queue(tx, queue_);
    });
    advance(60s + kPeriod);
    wait_for(kMessages, 0);
    wait_for(kPlaces, 0);
    EXPECT_EQ(counted(), 0);
}

}  // namespace
}  // namespace lazulite::queue
