#include "base/beside.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <new>
#include <stdexcept>
#include <string>

#include "base/worker_pool.hpp"

namespace lazulite {
namespace {

Task<> join_after(Executor& workers, std::latch& reached, std::latch& may_end, int& value, std::promise<int>& seen) {
    Beside work(workers, [&] {
        reached.count_down();
        may_end.wait();
        value = 7;
    });
    reached.wait();  // it runs while this goes on
    may_end.count_down();
    co_await work.join();
    seen.set_value(value);
}

TEST(Beside, RunsWhileTheCallerGoesOnAndIsJoined) {
    Workers workers(1);
    std::latch reached(1);
    std::latch may_end(1);
    int value = 0;
    std::promise<int> seen;
    spawn(join_after(workers, reached, may_end, value, seen), [] {});
    EXPECT_EQ(seen.get_future().get(), 7);
}

Task<> join_what_throws(Executor& workers, std::promise<std::string>& message) {
    Beside work(workers, [] { throw std::runtime_error("broken"); });
    try {
        co_await work.join();
    } catch (const std::runtime_error& error) {
        message.set_value(error.what());
    }
}

TEST(Beside, ThrowsAtTheJoin) {
    Workers workers(1);
    std::promise<std::string> message;
    spawn(join_what_throws(workers, message), [] {});
    EXPECT_EQ(message.get_future().get(), "broken");
}

TEST(Beside, IsWaitedForWhereNobodyJoins) {
    Workers workers(1);
    for (int i = 0; i < 1000; ++i) {
        bool done = false;
        { const Beside work(workers, [&] { done = true; }); }
        ASSERT_TRUE(done);
    }
}

Task<> join_many(Executor& workers, int count, std::promise<int>& sum) {
    int total = 0;
    for (int i = 0; i < count; ++i) {
        int value = 0;
        Beside work(workers, [&] { value = 1; });
        co_await work.join();
        total += value;
    }
    sum.set_value(total);
}

TEST(Beside, ComesBackEachTime) {
    Workers home(1);
    Workers workers(2);
    std::promise<int> sum;
    Beside(home, [&] { spawn(join_many(workers, 20'000, sum), [] {}); });
    EXPECT_EQ(sum.get_future().get(), 20'000);
}

class WithoutMemory final : public Executor {
  public:
    void post(std::coroutine_handle<> /*handle*/) override { throw std::bad_alloc(); }
};

Task<> join_what_cannot_begin(Executor& workers, bool& ran, bool& thrown) {
    Beside work(workers, [&ran] { ran = true; });
    try {
        co_await work.join();
    } catch (const std::bad_alloc&) {
        thrown = true;
    }
}

TEST(Beside, WhatCannotBeginIsWaitedForByNobody) {
    WithoutMemory workers;
    bool ran = false;
    bool thrown = false;
    spawn(join_what_cannot_begin(workers, ran, thrown), [] {});
    EXPECT_TRUE(thrown);
    { const Beside left(workers, [&ran] { ran = true; }); }
    EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace lazulite
