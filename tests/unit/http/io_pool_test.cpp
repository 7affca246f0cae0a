#include "http/io_pool.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

namespace lazulite {
namespace {

struct Hop {
    Executor& executor;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const { executor.post(waiter); }
    void await_resume() const noexcept {}
};
struct Collect {
    std::vector<std::coroutine_handle<>>& into;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> waiter) const { into.push_back(waiter); }
    void await_resume() const noexcept {}
};

Task<void> hop_twice(Executor& first, Executor& second, std::vector<Executor*>& seen) {
    co_await Hop{first};
    seen.push_back(Executor::current());
    co_await Hop{second};
    seen.push_back(Executor::current());
    co_await Hop{second};
    seen.push_back(Executor::current());
}

Task<void> note(int number, std::vector<std::coroutine_handle<>>& waiting, std::vector<int>& order) {
    co_await Collect{waiting};
    order.push_back(number);
}

TEST(IoPool, ResumesOnTheThreadOfTheExecutor) {
    IoPool pool(2);
    pool.start();
    std::vector<Executor*> seen;
    std::promise<void> done;
    spawn(hop_twice(pool.executor(0), pool.executor(1), seen), [&done] { done.set_value(); });
    done.get_future().get();
    EXPECT_EQ(seen, (std::vector<Executor*>{&pool.executor(0), &pool.executor(1), &pool.executor(1)}));
    EXPECT_EQ(Executor::current(), nullptr);
}

TEST(IoPool, RunsWhatWasPostedBeforeStart) {
    IoPool pool(1);
    std::vector<Executor*> seen;
    std::promise<void> done;
    spawn(hop_twice(pool.executor(0), pool.executor(0), seen), [&done] { done.set_value(); });
    EXPECT_TRUE(seen.empty());
    pool.start();
    done.get_future().get();
    EXPECT_EQ(seen.size(), 3U);
}

TEST(IoPool, ResumesABatchInOrder) {
    IoPool pool(1);
    pool.start();
    std::vector<std::coroutine_handle<>> waiting;
    std::vector<int> order;
    std::promise<void> done;
    for (int i = 0; i < 100; ++i) {
        spawn(note(i, waiting, order), [i, &done] {
            if (i == 99) done.set_value();
        });
    }
    pool.executor(0).post_all(waiting);
    done.get_future().get();
    for (int i = 0; i < 100; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

Task<void> note_round(Executor& executor, std::vector<std::uint64_t>& rounds) {
    co_await Hop{executor};
    co_await Hop{executor};  // from within: after whatever ended the round before
    rounds.push_back(executor.round());
}

TEST(IoPool, WhatIsReadyTogetherSharesARound) {
    IoPool pool(1);
    std::vector<std::uint64_t> rounds;
    std::promise<void> together;
    spawn(note_round(pool.executor(0), rounds), [] {});
    spawn(note_round(pool.executor(0), rounds), [&together] { together.set_value(); });
    pool.start();
    together.get_future().get();
    std::promise<void> later;
    spawn(note_round(pool.executor(0), rounds), [&later] { later.set_value(); });
    later.get_future().get();
    ASSERT_EQ(rounds.size(), 3U);
    EXPECT_EQ(rounds[0], rounds[1]);
    EXPECT_LT(rounds[1], rounds[2]);
}

TEST(IoPool, StopLetsPostedWorkRun) {
    std::vector<Executor*> seen;
    {
        IoPool pool(2);
        pool.start();
        spawn(hop_twice(pool.executor(0), pool.executor(0), seen), [] {});
        pool.stop();
        pool.join();
    }
    EXPECT_EQ(seen.size(), 3U);
}

TEST(IoPool, TakesPostsFromManyThreads) {
    IoPool pool(1);
    pool.start();
    std::vector<std::vector<Executor*>> seen(8);
    std::vector<std::promise<void>> done(8);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            spawn(hop_twice(pool.executor(0), pool.executor(0), seen[t]), [&done, t] { done[t].set_value(); });
        });
    }
    for (auto& thread : threads) thread.join();
    for (auto& promise : done) promise.get_future().get();
    for (const auto& s : seen) EXPECT_EQ(s.size(), 3U);
}

}  // namespace
}  // namespace lazulite
