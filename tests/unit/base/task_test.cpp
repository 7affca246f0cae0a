#include "base/task.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace lazulite {
namespace {

/// An executor that resumes what was posted when told to.
class Queue final : public Executor {
  public:
    void post(std::coroutine_handle<> handle) override { waiting_.push_back(handle); }
    void run() {
        while (!waiting_.empty()) {
            const auto handle = waiting_.front();
            waiting_.erase(waiting_.begin());
            handle.resume();
        }
    }
    auto later() {
        struct Later {
            Queue& queue;
            bool await_ready() const { return false; }
            void await_suspend(std::coroutine_handle<> handle) const { queue.post(handle); }
            void await_resume() const {}
        };
        return Later{*this};
    }

  private:
    std::vector<std::coroutine_handle<>> waiting_;
};

Task<int> number(Queue& queue, int value) {
    co_await queue.later();
    co_return value;
}
Task<int> sum(Queue& queue, int count) {
    int total = 0;
    for (int i = 1; i <= count; ++i) {
        const int next = co_await number(queue, i);
        total += next;
    }
    co_return total;
}
Task<int> throwing() {
    throw std::runtime_error("broken");
    co_return 0;
}
Task<> keep_sum(Queue& queue, int count, int& to) {
    to = co_await sum(queue, count);
}
Task<> keep_message(std::string& to) {
    try {
        (void)co_await throwing();
    } catch (const std::runtime_error& error) {
        to = error.what();
    }
}

TEST(Task, RunsToItsFirstSuspensionAndGoesOnWhereResumed) {
    Queue queue;
    int total = 0;
    bool done = false;
    spawn(keep_sum(queue, 100, total), [&] { done = true; });
    EXPECT_FALSE(done);
    queue.run();
    EXPECT_TRUE(done);
    EXPECT_EQ(total, 5050);
}

Task<int> immediate(int value) {
    co_return value;
}
Task<> add_immediately(int count, int& to) {
    for (int i = 0; i < count; ++i) {
        const int next = co_await immediate(1);
        to += next;
    }
}

TEST(Task, DoesNotGrowTheStackWhenNothingSuspends) {
    int total = 0;
    spawn(add_immediately(100'000, total), [] {});
    EXPECT_EQ(total, 100'000);
}

TEST(Task, PassesAnExceptionToItsAwaiter) {
    std::string message;
    spawn(keep_message(message), [] {});
    EXPECT_EQ(message, "broken");
}

TEST(Task, DoesNotStartUntilAwaited) {
    bool started = false;
    const auto body = [](bool& flag) -> Task<> {
        flag = true;
        co_return;
    };
    {
        const Task<> never = body(started);
    }
    EXPECT_FALSE(started);
}

/// A queue that is the executor of this thread while it runs.
class Home final : public Executor {
  public:
    void post(std::coroutine_handle<> handle) override { queue_.post(handle); }
    void run() {
        current_ = this;
        queue_.run();
        current_ = nullptr;
    }
    template <class Fn>
    void at_home(Fn fn) {
        current_ = this;
        fn();
        current_ = nullptr;
    }

  private:
    Queue queue_;
};

Task<> keep_places(Home& workers, std::vector<const Executor*>& places) {
    places.push_back(Executor::current());
    const Executor* const there = co_await run_on(workers, [] { return Executor::current(); });
    places.push_back(there);
    places.push_back(Executor::current());
}

TEST(RunOn, WorksOverThereAndComesBack) {
    Home home;
    Home workers;
    std::vector<const Executor*> places;
    home.at_home([&] { spawn(keep_places(workers, places), [] {}); });
    EXPECT_EQ(places.size(), 1U);
    workers.run();
    EXPECT_EQ(places.size(), 1U);
    home.run();
    EXPECT_EQ(places, (std::vector<const Executor*>{&home, &workers, &home}));
}

TEST(RunOn, StaysWhereTheCallerHasNoExecutor) {
    Home workers;
    std::vector<const Executor*> places;
    spawn(keep_places(workers, places), [] {});
    workers.run();
    EXPECT_EQ(places, (std::vector<const Executor*>{nullptr, &workers, &workers}));
}

Task<> keep_message_of(Home& workers, std::string& to, const Executor*& at) {
    try {
        (void)co_await run_on(workers, []() -> int { throw std::runtime_error("broken"); });
    } catch (const std::runtime_error& error) {
        to = error.what();
        at = Executor::current();
    }
}

TEST(RunOn, BringsAnExceptionHome) {
    Home home;
    Home workers;
    std::string message;
    const Executor* at = nullptr;
    home.at_home([&] { spawn(keep_message_of(workers, message, at), [] {}); });
    workers.run();
    home.run();
    EXPECT_EQ(message, "broken");
    EXPECT_EQ(at, &home);
}

}  // namespace
}  // namespace lazulite
