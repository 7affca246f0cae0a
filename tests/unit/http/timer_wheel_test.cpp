#include "http/timer_wheel.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace lazulite {
namespace {

class Bell final : public Timer {
  public:
    explicit Bell(TimerWheel& wheel) : wheel_(wheel) {}
    std::vector<std::uint64_t> rung;
    std::uint64_t again = 0;

  private:
    void expired() override {
        rung.push_back(wheel_.now());
        if (again != 0) wheel_.set(*this, again);
    }
    TimerWheel& wheel_;
};

TEST(TimerWheel, RingsWhenDue) {
    TimerWheel wheel;
    for (const std::uint64_t ticks : {1, 2, 127, 128, 129, 1000}) {
        Bell bell(wheel);
        const std::uint64_t due = wheel.now() + ticks;
        wheel.set(bell, ticks);
        wheel.advance(due - 1);
        EXPECT_TRUE(bell.rung.empty());
        wheel.advance(due + 5);
        EXPECT_EQ(bell.rung, (std::vector<std::uint64_t>{due}));
        EXPECT_FALSE(wheel.busy());
    }
}

TEST(TimerWheel, MovesDeadlinesBothWays) {
    TimerWheel wheel;
    Bell bell(wheel);
    wheel.set(bell, 10);
    wheel.set(bell, 20);
    wheel.advance(wheel.now() + 15);
    EXPECT_TRUE(bell.rung.empty());
    const std::uint64_t due = wheel.now() + 2;
    wheel.set(bell, 2);
    wheel.advance(due + 100);
    EXPECT_EQ(bell.rung, (std::vector<std::uint64_t>{due}));
}

TEST(TimerWheel, ClearedDeadlinesDoNotRing) {
    TimerWheel wheel;
    Bell bell(wheel);
    wheel.set(bell, 3);
    wheel.clear(bell);
    wheel.advance(wheel.now() + 1000);
    EXPECT_TRUE(bell.rung.empty());
    EXPECT_FALSE(wheel.busy());
}

TEST(TimerWheel, TimersMayGoAwayAndComeBackAnyTime) {
    TimerWheel wheel;
    auto first = std::make_unique<Bell>(wheel);
    Bell second(wheel);
    auto third = std::make_unique<Bell>(wheel);
    wheel.set(*first, 5);
    wheel.set(second, 5);
    wheel.set(*third, 5);
    first.reset();
    third.reset();
    second.again = 7;
    const std::uint64_t start = wheel.now();
    wheel.advance(start + 13);
    EXPECT_EQ(second.rung, (std::vector<std::uint64_t>{start + 5, start + 12}));
}

TEST(TimerWheel, CatchesUpAfterALongPause) {
    TimerWheel wheel;
    Bell near(wheel);
    Bell far(wheel);
    wheel.set(near, 3);
    wheel.set(far, 200'000);
    wheel.advance(wheel.now() + 100'000);
    EXPECT_EQ(near.rung.size(), 1U);
    EXPECT_TRUE(far.rung.empty());
    wheel.advance(wheel.now() + 100'000);
    EXPECT_EQ(far.rung.size(), 1U);
}

}  // namespace
}  // namespace lazulite
